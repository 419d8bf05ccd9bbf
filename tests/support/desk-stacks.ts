import { deskSchema } from '../../src/desk/config.ts';
import { migrateAsOwner } from '../../src/desk/prepare-schema.ts';
import type { StackConfig } from './desk.ts';
import { PostgresServer } from './postgres.ts';
import { RedisServer } from './redis.ts';

/** Servers a stack needs, and what the desk's configuration says of them. */
export interface RunningStack {
  readonly config: StackConfig;
  readonly postgres: PostgresServer | undefined;
  readonly redis: RedisServer | undefined;
  remove(): Promise<void>;
}

/** One way to run the desk. */
export interface Stack {
  readonly name: string;
  /** Whether the job queue is a server of its own that can go away. */
  readonly separateQueue: boolean;
  start(): Promise<RunningStack>;
}

const embedded: Stack = {
  name: 'embedded (PGlite, BullMQ over PGlite)',
  separateQueue: false,
  start: async () => ({ config: {}, postgres: undefined, redis: undefined, remove: async () => undefined }),
};

const real: Stack = {
  name: 'real (Postgres, BullMQ over Redis)',
  separateQueue: true,
  start: async () => {
    const postgres = await PostgresServer.create();
    const redis = await RedisServer.create();
    const { url, migrateUrl } = await postgres.separateRoles();
    process.env['TEST_DESK_POSTGRES_URL'] = url;
    process.env['TEST_DESK_MIGRATE_URL'] = migrateUrl;
    process.env['TEST_DESK_REDIS_URL'] = redis.url;
    const database = {
      kind: 'postgres',
      url: { env: 'TEST_DESK_POSTGRES_URL' },
      migrateUrl: { env: 'TEST_DESK_MIGRATE_URL' },
    };
    // As with the queue in this database, which some suites choose.
    await migrateAsOwner(deskSchema.parse({ database }));
    return {
      config: { database, queue: { kind: 'redis', url: { env: 'TEST_DESK_REDIS_URL' } } },
      postgres,
      redis,
      remove: async () => {
        await postgres.remove();
        await redis.remove();
      },
    };
  },
};

/** Both ways to run the desk: the same suite runs over each. */
export const deskStacks: readonly Stack[] = [embedded, real];
