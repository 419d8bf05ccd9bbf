import { v7 as uuidv7 } from 'uuid';
import type { TriggeringAnchor } from '../../domain/geometry.ts';
import type { GroundMap } from '../../domain/ground.ts';
import type { IncidentId, UtcMs } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { OpenIncident, SceneEvent } from '../../domain/scene-event.ts';
import type { SceneId, Severity } from '../../domain/scene-id.ts';
import type { Zone } from '../../domain/zone.ts';
import type { SceneConfig } from './common-config.ts';
import { located } from './located-event.ts';
import { RunningScene, type SceneTrace } from './running-scene.ts';
import type { CameraSurroundings, Look, LookIntervals, PendingHit, SceneModule } from './scene-module.ts';

/** Why a scene is not at work: it is never silently idle. */
export type SceneAvailability = 'available' | `unavailable: no loaded model provides ${string}`;

/** What the scenes at work want of their camera's next look. */
export interface SceneDemand extends LookIntervals {
  /** Most severe of them; 1 is highest. */
  readonly severity: Severity;
  /** Until the first condition will hold if nothing moves; undefined when none is on the way. */
  readonly decisionInMs: number | undefined;
  readonly openIncidents: number;
}

interface SavedScene {
  readonly version: string;
  readonly state: unknown;
}

/** A model fails on a look at times; scenes that pass over looks for longer are told of. */
const passedOverForMs = 30_000;

/** All scenes of one camera: rules and incident books. */
export class CameraScenes {
  readonly #scenes: readonly RunningScene[];
  readonly #ground: GroundMap | undefined;
  #provided: ReadonlySet<ObjectClass>;
  #fault: string | undefined;
  #overlooked: ReadonlySet<ObjectClass> = new Set();

  /** `provided`: classes the loaded models can find. */
  constructor(options: {
    modules: readonly SceneModule[];
    zones: readonly Zone[];
    config: Readonly<Record<string, SceneConfig | undefined>>;
    around: CameraSurroundings;
    provided: ReadonlySet<ObjectClass>;
    newId?: () => IncidentId;
  }) {
    const newId = options.newId ?? (() => uuidv7() as IncidentId);
    this.#ground = options.around.ground;
    this.#provided = options.provided;
    this.#scenes = options.modules.flatMap((module) => {
      const config = options.config[module.id];
      return config === undefined ? [] : new RunningScene({ ...options, module, config, newId });
    });
  }

  /** Classes the loaded models can find. */
  get provided(): ReadonlySet<ObjectClass> {
    return this.#provided;
  }

  /** Why the camera cannot be trusted; undefined while it can. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** What the last look was not looked at for. */
  get overlooked(): ReadonlySet<ObjectClass> {
    return this.#overlooked;
  }

  /** What each configured scene can do with the loaded models. */
  get availability(): ReadonlyMap<SceneId, SceneAvailability> {
    return new Map(
      this.#scenes.map((scene) => [
        scene.module.id,
        this.#works(scene) ? 'available' : `unavailable: no loaded model provides ${scene.classes.join(', ')}`,
      ]),
    );
  }

  /** Classes the configured scenes look for, available or not. */
  get classes(): ReadonlySet<ObjectClass> {
    return new Set(this.#scenes.flatMap(({ goesBy }) => goesBy));
  }

  /** Scenes at work that have passed over every look for long: one of several models fails on it or has no room. */
  get passedOver(): readonly SceneId[] {
    const isLong = ({ missedLooks: span }: RunningScene) =>
      span !== undefined && span.to - span.from >= passedOverForMs;
    return this.#scenes.filter((scene) => this.#works(scene) && isLong(scene)).map(({ module }) => module.id);
  }

  /** Zones that some configured scene watches. */
  get zones(): readonly Zone[] {
    return [...new Set(this.#scenes.flatMap(({ zones }) => zones))];
  }

  /** Triggering anchors they go by. */
  get anchors(): readonly TriggeringAnchor[] {
    return [...new Set(this.#scenes.map(({ anchor }) => anchor))];
  }

  /** Incidents open on this camera. */
  get openIncidents(): number {
    return this.#scenes.reduce((sum, { book }) => sum + book.open, 0);
  }

  /**
   * When the conditions under way began: pictures of those moments are worth keeping as evidence. Of a scene that is
   * not at work none is.
   */
  get pendingSince(): readonly UtcMs[] {
    return this.#scenes.flatMap((scene) => this.#pending(scene).map(({ startedAt }) => startedAt));
  }

  /** A model came or failed. What a scene knew stays: its time without a model is a gap like that of a stream. */
  provide(classes: ReadonlySet<ObjectClass>): void {
    this.#provided = classes;
  }

  /**
   * Classes that the next look was not looked at for, though models provide them. Scenes that look for one of them pass
   * over the look: it is no sign that anything has left. What they go by beside keeps none from its work. False: all that
   * are at work pass over it.
   */
  overlook(classes: ReadonlySet<ObjectClass>): boolean {
    const before = this.#overlooked;
    const isSame = classes.size === before.size && [...classes].every((each) => before.has(each));
    if (!isSame) this.#overlooked = classes;
    return this.#scenes.some((scene) => this.#works(scene) && !scene.classes.some((each) => classes.has(each)));
  }

  /** The camera cannot be trusted (`moved`, `covered`, …), or can again (undefined). The time is a gap as well. */
  suspend(fault: string | undefined): void {
    this.#fault = fault;
  }

  /** What the scenes at work want; undefined when none is. */
  get demand(): SceneDemand | undefined {
    const working = this.#scenes.filter((scene) => this.#works(scene));
    if (working.length === 0) return undefined;
    const decisions = working.flatMap((scene) => this.#pending(scene).map(({ dueInMs }) => dueInMs));
    return {
      severity: Math.min(...working.map(({ module }) => module.severity)) as Severity,
      idleMs: Math.min(...working.map(({ looks }) => looks.idleMs)),
      busyMs: Math.min(...working.map(({ looks }) => looks.busyMs)),
      decisionInMs: decisions.length === 0 ? undefined : Math.min(...decisions),
      openIncidents: working.reduce((sum, { book }) => sum + book.open, 0),
    };
  }

  /** All that the scenes remember, as JSON. */
  save(): unknown {
    return Object.fromEntries(
      this.#scenes.map((scene) => [scene.module.id, { version: scene.module.version, state: scene.save() }]),
    );
  }

  /** Before the first look, and before `resume`. State of a scene whose logic has changed since is not taken. */
  restore(saved: unknown): void {
    const known = saved as Readonly<Record<string, SavedScene | undefined>>;
    for (const scene of this.#scenes) {
      const { version, state } = known[scene.module.id] ?? {};
      if (version === scene.module.version) scene.restore(state);
    }
  }

  /**
   * Takes up this camera's incidents from before a restart; before the first look. Returns those that nothing
   * configured now can clear: their scene or zone is gone.
   */
  resume(open: readonly OpenIncident[]): readonly OpenIncident[] {
    const taken = new Set(this.#scenes.flatMap((scene) => scene.resume(open)));
    return open.filter((kept) => !taken.has(kept));
  }

  /** Evaluates every scene at work on one look. `trace` is told why each did what it did. */
  update(look: Look, trace?: SceneTrace): readonly SceneEvent[] {
    return this.#scenes.flatMap((scene) => {
      const { module } = scene;
      if (!this.#works(scene)) {
        const values = { classes: scene.classes.join(', ') };
        trace?.note({ scene: module.id, verdict: 'ignored', code: 'scene-unavailable', values });
        return [];
      }
      if (this.#fault !== undefined) {
        const values = { fault: this.#fault };
        trace?.note({ scene: module.id, verdict: 'ignored', code: 'camera-suspended', values });
        return [];
      }
      const missing = scene.classes.filter((each) => this.#overlooked.has(each));
      if (missing.length > 0) {
        const values = { classes: missing.join(', ') };
        trace?.note({ scene: module.id, verdict: 'ignored', code: 'look-incomplete', values });
        scene.missedLooks = { from: scene.missedLooks?.from ?? look.at, to: look.at };
        return [];
      }
      scene.missedLooks = undefined;
      const events = scene.update(look, { unlooked: this.#unlooked(scene), trace });
      const ground = this.#ground;
      return ground === undefined ? events : events.map((event) => located(event, ground, look));
    });
  }

  #pending(scene: RunningScene): readonly PendingHit[] {
    return this.#fault === undefined && this.#works(scene) ? scene.pending : [];
  }

  /** Of the classes a scene looks for, those that no model can find now: with them nothing is known to have left. */
  #unlooked({ classes }: RunningScene): ReadonlySet<ObjectClass> | undefined {
    const unlooked = classes.filter((each) => !this.#provided.has(each));
    return unlooked.length > 0 ? new Set(unlooked) : undefined;
  }

  #works({ classes }: RunningScene): boolean {
    return classes.some((each) => this.#provided.has(each));
  }
}
