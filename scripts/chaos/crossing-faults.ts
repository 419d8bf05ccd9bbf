import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeBatch } from '../../src/gateway/transfer/batch-format.ts';
import { batchName, parseBatchName } from '../../src/gateway/transfer/batch-name.ts';
import { loadSigningKey } from '../../src/lib/keys.ts';
import { newSigningKey } from '../../tests/support/crossing.ts';
import type { FuzzRandom } from '../fuzz/random.ts';
import type { Crossing, Mishap } from './crossing.ts';
import type { Fault } from './fault.ts';
import { badFile, missingBatch, type Provocations } from './provocations.ts';
import type { World } from './world.ts';

/** What faults of the crossing act on. */
export interface CrossingStage {
  readonly world: World;
  readonly crossing: Crossing;
  readonly provocations: Provocations;
  readonly random: FuzzRandom;
  readonly now: () => number;
}

const common = (world: World) => ({ target: 'crossing', nodes: world.nodes, holdMs: 0, end: async () => undefined });

/** Something happens to the next file. */
export function mishap({ world, crossing, provocations, now }: CrossingStage, what: Mishap): Fault {
  return {
    ...common(world),
    kind: `file ${what}`,
    claims: `crossing:${what}`,
    begin: async () => {
      const name = await crossing.mishap(what);
      if (name === undefined) return 'no file came';
      const number = parseBatchName(name)?.number ?? 0;
      const about = { what: `${what} ${name}`, at: now() };
      const mustShow = what === 'truncated' || what === 'corrupted';
      provocations.add({ ...about, matches: badFile(name), required: mustShow });
      provocations.add({ ...about, matches: missingBatch(number), required: false });
      return undefined;
    },
  };
}

/** A file of long ago comes once more. */
export function replayed({ world, crossing }: CrossingStage): Fault {
  return {
    ...common(world),
    kind: 'file replayed',
    claims: 'crossing:replayed',
    begin: async () => {
      const name = crossing.anyCarried();
      if (name === undefined) return 'nothing to replay';
      await crossing.put(name, await crossing.carriedBytes(name));
      return undefined;
    },
  };
}

/** A file that is nobody's batch. */
export function stranger({ world, crossing, provocations, random, now }: CrossingStage): Fault {
  const name = `notes-${random.below(1e9)}.txt`;
  return {
    ...common(world),
    kind: 'file of a stranger',
    claims: 'crossing:stranger',
    begin: async () => {
      await crossing.put(name, randomBytes(200));
      provocations.add({ what: `stranger ${name}`, at: now(), matches: badFile(name), required: true });
    },
  };
}

/** A well-formed batch, signed by a key that nobody trusts. */
export function foreign({ world, crossing, provocations, random, now }: CrossingStage): Fault {
  return {
    ...common(world),
    kind: 'file with a foreign signature',
    claims: 'crossing:foreign',
    begin: async () => {
      const key = newSigningKey();
      const sender = `${key.keyId}.${random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, '0')}`;
      const sealed = await encodeBatch({ sender, number: 1, createdAt: Date.now(), lines: [], evidence: [] }, key);
      const name = batchName(sender, 1);
      await crossing.put(name, sealed.bytes);
      provocations.add({ what: `foreign ${name}`, at: now(), matches: badFile(name), required: true });
    },
  };
}

/** Other content under a number that was used: a fork of the transfer, with the gateway's own signature. */
export function reused({ world, crossing, provocations, now }: CrossingStage): Fault {
  return {
    ...common(world),
    kind: 'file with a used number',
    claims: 'crossing:reused',
    begin: async () => {
      const name = crossing.anyCarried();
      const { sender, number } = parseBatchName(name ?? '') ?? {};
      if (name === undefined || sender === undefined || number === undefined) return 'nothing to reuse';
      if (!(await exists(join(world.path('desk', 'archive'), name)))) return 'not archived yet';
      const key = loadSigningKey(world.path('keys', 'collect.pem'));
      const sealed = await encodeBatch({ sender, number, createdAt: 1, lines: [], evidence: [] }, key);
      await crossing.put(name, sealed.bytes);
      provocations.add({ what: `reused ${name}`, at: now(), matches: badFile(name), required: true });
      return undefined;
    },
  };
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
