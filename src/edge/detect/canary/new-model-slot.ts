import type { Sha256 } from '../../../domain/ids.ts';
import { messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { CanaryBook } from './canary-book.ts';
import { needsNewModel } from './canary-phase.ts';
import type { ModelHandle } from './model-handle.ts';

/** A model that may or may not be on this machine. */
export interface NewModel {
  readonly id: string;
  /** As the manifest names it. */
  readonly sha256: Sha256;
  /** Finds, checks and loads it. @throws AppError MB_MODEL_UNKNOWN, MB_MODEL_MISSING, MB_MODEL_HASH, MB_MODEL_FAILED */
  open(): Promise<ModelHandle>;
}

/** Has the new model loaded while the canary's phase needs it, and only then. */
export class NewModelSlot {
  readonly #options: {
    readonly new: NewModel;
    readonly old: ModelHandle;
    readonly book: CanaryBook;
    readonly log: Logger;
  };
  readonly #inUse = new Set<Promise<unknown>>();
  #handle: ModelHandle | undefined;
  #reconciling: Promise<void> | undefined;
  #closed = false;

  constructor(options: { new: NewModel; old: ModelHandle; book: CanaryBook; log: Logger }) {
    this.#options = options;
  }

  /** The loaded model, while there is one. */
  get handle(): ModelHandle | undefined {
    return this.#handle;
  }

  /** Keeps the model from being freed until this is over. */
  hold<T>(use: Promise<T>): Promise<T> {
    const held = use.finally(() => this.#inUse.delete(held));
    this.#inUse.add(held);
    return held;
  }

  /** Loads or frees the model as the phase asks; resolves when it is so. Never rejects. */
  reconcile(): Promise<void> {
    this.#reconciling ??= this.#settle().finally(() => {
      this.#reconciling = undefined;
    });
    return this.#reconciling;
  }

  /** Frees the model for good; one that is being loaded is freed when it is. What it has in hand fails. */
  async close(): Promise<void> {
    this.#closed = true;
    const fresh = this.#handle;
    this.#handle = undefined;
    await fresh?.close();
  }

  async #settle(): Promise<void> {
    const { book } = this.#options;
    for (;;) {
      const needed = needsNewModel(book.standing) && !this.#closed;
      if (needed && this.#handle === undefined) await this.#open();
      else if (!needed && this.#handle !== undefined) await this.#free();
      else if (needed && book.standing.phase === 'idle') book.apply({ kind: 'available' });
      else return;
    }
  }

  async #open(): Promise<void> {
    const { book, old } = this.#options;
    await book.loading(true);
    try {
      const fresh = await this.#options.new.open();
      const lacking = old.model.classes.filter((each) => !fresh.model.classes.includes(each));
      if (lacking.length > 0) {
        await fresh.close();
        throw new Error(`${fresh.model.id} does not report ${lacking.join(', ')}, as ${old.model.id} does`);
      }
      this.#handle = fresh;
    } catch (error) {
      book.apply({ kind: 'unavailable', cause: 'unavailable', why: messageOf(error) });
    }
    await book.loading(false);
  }

  async #free(): Promise<void> {
    const fresh = this.#handle;
    this.#handle = undefined;
    await Promise.allSettled(this.#inUse);
    await fresh?.close().catch((error: unknown) => {
      this.#options.log.warn({ model: fresh.model.id, error: messageOf(error) }, 'a model did not close');
    });
  }
}
