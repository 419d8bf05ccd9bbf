import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurable } from '../../../lib/durable-file.ts';
import { AppError, messageOf } from '../../../lib/errors.ts';
import { type CanaryState, canaryStateSchema } from './canary-state.ts';

/** What an operator may ask of a running canary. */
export const canaryActions = ['promote', 'rollback', 'restart'] as const;

const orderSchema = z.strictObject({
  /** Unique: an order is carried out once, however often it is read. */
  id: z.string().min(1).max(64),
  action: z.enum(canaryActions),
  /** Who gave it, for the log. */
  by: z.string().max(128),
  at: z.number().int().nonnegative(),
});

/** An operator's order to the node. */
export type CanaryOrder = z.output<typeof orderSchema>;

/** What lies under a name: nothing, what is expected, or something else. */
type Found<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'damaged'; readonly detail: string };

/** No such file is larger: what is has not been written by us. */
const maxBytes = 4 * 2 ** 20;

/**
 * A canary's two files in the node's data folder. The state is written by the node alone, orders by the command line
 * alone, each whole or not at all: nobody ever overwrites what the other has just written.
 */
export class CanaryStore {
  readonly statePath: string;
  readonly #orderPath: string;

  constructor(folder: string) {
    this.statePath = join(folder, 'canary.json');
    this.#orderPath = join(folder, 'canary-order.json');
  }

  readState(): Promise<Found<CanaryState>> {
    return readJson(this.statePath, canaryStateSchema);
  }

  /** Rejects when the disk will not have it. */
  async writeState(state: CanaryState): Promise<void> {
    await writeDurable(this.statePath, Buffer.from(JSON.stringify(state)));
  }

  readOrder(): Promise<Found<CanaryOrder>> {
    return readJson(this.#orderPath, orderSchema);
  }

  /** Leaves an order for the node; one not yet taken is replaced by it. */
  async writeOrder(order: CanaryOrder): Promise<void> {
    await writeDurable(this.#orderPath, Buffer.from(JSON.stringify(order)));
    // Ordered as root, carried out by the service's own user.
    await chmod(this.#orderPath, 0o644).catch(ifTaken);
  }

  /** Takes an order away that was carried out, unless another has come in its place. */
  async removeOrder(id: string): Promise<void> {
    const found = await this.readOrder();
    if (found.kind === 'found' && found.value.id === id) await rm(this.#orderPath, { force: true });
  }

  /** The state, for people. @throws AppError MB_CANARY_STATE when the file is damaged. */
  async stateForReader(): Promise<CanaryState | undefined> {
    const found = await this.readState();
    if (found.kind === 'damaged') throw damagedState(this.statePath, found.detail);
    return found.kind === 'found' ? found.value : undefined;
  }
}

/** The fault of a state file nobody can read. */
export function damagedState(path: string, detail: string): AppError {
  return new AppError('MB_CANARY_STATE', `${path}: ${detail}`, { details: { path } });
}

/** The node may have carried an order out and taken it away already. */
function ifTaken(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

async function readJson<S extends z.ZodType>(path: string, schema: S): Promise<Found<z.output<S>>> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > maxBytes) return { kind: 'damaged', detail: `${bytes.length} bytes, at most ${maxBytes}` };
    const parsed = schema.safeParse(JSON.parse(bytes.toString('utf8')));
    if (parsed.success) return { kind: 'found', value: parsed.data };
    return { kind: 'damaged', detail: z.prettifyError(parsed.error).replaceAll('\n', ' ').slice(0, 500) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'none' };
    return { kind: 'damaged', detail: messageOf(error) };
  }
}
