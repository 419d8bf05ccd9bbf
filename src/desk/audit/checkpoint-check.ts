import { afterCheckpoint, type Checkpoint, checkCheckpoint } from '../../contracts/audit-checkpoint.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { KeyRing } from '../../lib/keys.ts';
import type { CompactRange } from '../../lib/merkle/compact-range.ts';

/** How far a log had come when a checkpoint was signed. */
interface Reached {
  readonly root: string;
  readonly head: Sha256;
}

/** Holds signed checkpoints against the log that is being read. Take them all before the records they cover. */
export class CheckpointCheck {
  readonly #keys: KeyRing;
  readonly #problem: (text: string) => void;
  readonly #waiting = new Map<number, { readonly checkpoint: Checkpoint; readonly name: string }[]>();
  #newest: Checkpoint | undefined;
  #count = 0;

  constructor(options: { keys: KeyRing; problem: (text: string) => void }) {
    this.#keys = options.keys;
    this.#problem = options.problem;
  }

  /** Of the desk's own, so far. */
  get count(): number {
    return this.#count;
  }

  /** The newest of the desk's own. */
  get newest(): Checkpoint | undefined {
    return this.#newest;
  }

  /** Takes the next of the desk's checkpoints, in order of their numbers. */
  add(checkpoint: Checkpoint): void {
    const name = `checkpoint ${checkpoint.number}`;
    const { number, previous } = afterCheckpoint(this.#newest);
    if (checkpoint.number !== number) this.#problem(`checkpoint ${number}: missing (next is ${checkpoint.number})`);
    else if (checkpoint.previous !== previous) this.#problem(`${name}: does not follow the checkpoint before it`);
    const before = this.#newest;
    if (before !== undefined && (checkpoint.size < before.size || checkpoint.origin !== before.origin)) {
      this.#problem(`${name}: is of a shorter log, or of another desk, than the one before it`);
    }
    this.#count += 1;
    this.#newest = checkpoint;
    this.expect(checkpoint, name);
  }

  /** Demands that the log begins with what a checkpoint signed, wherever the checkpoint came from. */
  expect(checkpoint: Checkpoint, name: string): void {
    const verdict = checkCheckpoint(checkpoint, this.#keys);
    if (verdict !== 'valid') this.#problem(`${name}: its signature is ${verdict} (key ${checkpoint.signature.keyId})`);
    this.#waiting.set(checkpoint.size, [...(this.#waiting.get(checkpoint.size) ?? []), { checkpoint, name }]);
  }

  /** Told after each record, and once before the first. */
  reached(tree: CompactRange, head: Sha256): void {
    const here = this.#waiting.get(tree.size);
    if (here === undefined) return;
    this.#waiting.delete(tree.size);
    const reached = { root: tree.root().toString('hex'), head };
    for (const { checkpoint, name } of here) this.#compare(checkpoint, name, reached);
  }

  /** Once no record is left: what a checkpoint covers and the log does not have was taken away. */
  finish(tree: CompactRange, head: Sha256): void {
    this.reached(tree, head);
    for (const [size, each] of this.#waiting) {
      for (const { name } of each) this.#problem(`${name}: signed ${size} records, the log has ${tree.size}`);
    }
    this.#waiting.clear();
  }

  #compare(checkpoint: Checkpoint, name: string, { root, head }: Reached): void {
    if (checkpoint.root !== root) {
      this.#problem(`${name}: the first ${checkpoint.size} records are not those it signed (root ${root})`);
    } else if (checkpoint.head !== head) {
      this.#problem(`${name}: its newest record is not the one it signed`);
    }
  }
}
