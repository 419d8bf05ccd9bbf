import { readSecret } from '../lib/config.ts';
import { AppError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { DeskConfig } from './config.ts';
import { Database } from './store/database.ts';
import { embeddedRole, grantDeskRole, roleFaults } from './store/desk-role.ts';
import { migrate, requireMigrated, shippedMigrations } from './store/migrate.ts';

/** Schema that BullMQ keeps its tables in. */
const queueSchema = 'bullmq';

/**
 * Makes the schema ready for a service that is about to start, and sees to it that the service cannot change its log.
 * @throws AppError MB_DATABASE_SCHEMA, MB_DATABASE_UNREACHABLE, and MB_DATABASE_ROLE where the role of the service could
 * change audit records and neither the demo nor `database.allowOwner` bears with it.
 */
export async function prepareSchema(
  database: Database,
  config: Pick<DeskConfig, 'database'>,
  options: { readonly demo: boolean; readonly log: Logger },
): Promise<void> {
  if (config.database.kind !== 'postgres') {
    await migrateEmbedded(database);
    return;
  }
  if (config.database.migrateUrl === undefined) await migrate(database, shippedMigrations());
  else await requireMigrated(database, shippedMigrations());
  const faults = await database.administer((tx) => roleFaults(tx));
  if (faults.length === 0) return;
  const text = `the desk's database role could change the audit log: ${faults.join('; ')}`;
  if (!options.demo && !config.database.allowOwner) throw new AppError('MB_DATABASE_ROLE', text);
  options.log.warn({ code: 'MB_DATABASE_ROLE' }, text);
}

/**
 * One session serves all connections to the embedded database. Its user could do anything; it takes the desk's role for
 * good, so that a mistake in the service cannot change the log. Whoever has the files still can: see the checkpoints.
 */
async function migrateEmbedded(database: Database): Promise<void> {
  await database.administer((tx) => tx.query('RESET ROLE'));
  await migrate(database, shippedMigrations());
  await database.administer(async (tx) => {
    const found = await tx.query('SELECT FROM pg_roles WHERE rolname = $1', [embeddedRole]);
    if (found.length === 0) await tx.query(`CREATE ROLE ${embeddedRole} NOLOGIN`);
    await grantDeskRole(tx, embeddedRole, queueSchema);
  });
  await database.administer((tx) => tx.query(`SET ROLE ${embeddedRole}`));
}

/**
 * `maplebridge desk migrate`: brings the schema up to date as its owner, and grants the service's role what it needs.
 * @returns name of that role.
 * @throws AppError MB_CONFIG_INVALID where there is nothing to do it with, MB_DATABASE_*.
 */
export async function migrateAsOwner(config: Pick<DeskConfig, 'database' | 'queue'>): Promise<string> {
  if (config.database.kind !== 'postgres' || config.database.migrateUrl === undefined) {
    throw new AppError('MB_CONFIG_INVALID', 'desk.database.migrateUrl: missing; it names the owner of the schema');
  }
  const owner = readSecret(config.database.migrateUrl, 'database.migrateUrl');
  const role = userOf(readSecret(config.database.url, 'database.url'));
  const database = new Database({
    target: { connectionString: owner },
    maxConnections: 2,
    connectTimeoutMs: 5_000,
    onIdleError: () => undefined,
  });
  try {
    await migrate(database, shippedMigrations());
    const isQueueHere = config.queue.kind === 'database';
    await database.administer((tx) => grantDeskRole(tx, role, isQueueHere ? queueSchema : undefined));
    return role;
  } finally {
    await database.close();
  }
}

function userOf(url: string): string {
  const name = URL.canParse(url) ? decodeURIComponent(new URL(url).username) : '';
  if (name !== '') return name;
  throw new AppError('MB_CONFIG_INVALID', 'database.url names no user: whom to grant the service its rights to?');
}
