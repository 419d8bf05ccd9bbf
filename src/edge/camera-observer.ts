import type { CameraId, UtcMs } from '../domain/ids.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import type { OpenIncident, SceneEvent } from '../domain/scene-event.ts';
import type { GivenMemory, ObservedContext, ScenesNote } from './observation-notes.ts';
import type { ObservedLook } from './observe/block-format.ts';
import type { ObservationLog } from './observe/observation-log.ts';
import type { CameraScenes } from './scene/camera-scenes.ts';

/** Writes down for one camera all that a replay of its scenes needs. */
export class CameraObserver {
  readonly #log: Pick<ObservationLog, 'look' | 'note' | 'enter' | 'wantsEntry'>;
  readonly #camera: CameraId;
  readonly #scenes: Pick<CameraScenes, 'provided' | 'fault' | 'overlooked' | 'save'>;
  readonly #context: ObservedContext;
  #provided: ReadonlySet<ObjectClass>;
  #fault: string | undefined;
  #overlooked: ReadonlySet<ObjectClass>;

  constructor(options: {
    log: Pick<ObservationLog, 'look' | 'note' | 'enter' | 'wantsEntry'>;
    scenes: Pick<CameraScenes, 'provided' | 'fault' | 'overlooked' | 'save'>;
    context: ObservedContext;
  }) {
    this.#log = options.log;
    this.#camera = options.context.camera.id;
    this.#scenes = options.scenes;
    this.#context = options.context;
    this.#provided = options.scenes.provided;
    this.#fault = options.scenes.fault;
    this.#overlooked = options.scenes.overlooked;
  }

  /** Before the first look: what the scenes were given with `restore` and `resume`. */
  begin(at: UtcMs, memory: GivenMemory, open: readonly OpenIncident[]): void {
    this.#enter({ kind: 'session', memory, open, ...this.#circumstances(at) });
  }

  /** At once after the scenes judged a look: what they then were is what judged it. */
  look(look: ObservedLook, events: readonly SceneEvent[]): void {
    const { provided, fault, overlooked } = this.#scenes;
    if (provided !== this.#provided || fault !== this.#fault || overlooked !== this.#overlooked) {
      this.#provided = provided;
      this.#fault = fault;
      this.#overlooked = overlooked;
      const note: ScenesNote = { kind: 'circumstances', ...this.#circumstances(look.at) };
      this.#log.note(this.#camera, note);
    }
    this.#log.look(this.#camera, look, events);
    const wanted = this.#log.wantsEntry(this.#camera, look.at);
    if (wanted === undefined) return;
    const state = this.#scenes.save();
    this.#enter({ kind: 'checkpoint', torn: wanted === 'torn', state, ...this.#circumstances(look.at) });
  }

  #enter(note: ScenesNote): void {
    this.#log.enter(this.#camera, note, this.#context);
  }

  #circumstances(at: UtcMs) {
    return {
      at,
      provided: [...this.#provided],
      ...(this.#fault !== undefined && { fault: this.#fault }),
      ...(this.#overlooked.size > 0 && { overlooked: [...this.#overlooked] }),
    };
  }
}
