import { v7 as uuidv7 } from 'uuid';
import type { IncidentId } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { OpenIncident, SceneEvent } from '../../domain/scene-event.ts';
import type { SceneId, Severity } from '../../domain/scene-id.ts';
import type { Zone } from '../../domain/zone.ts';
import type { IncidentTiming } from './common-config.ts';
import { IncidentBook } from './incident-book.ts';
import type { Look, LookIntervals, SceneModule, SceneRule } from './scene-module.ts';

/** A scene's configuration as far as this file reads it; the rest is the module's own. */
export interface SceneConfig extends IncidentTiming {
  readonly zones: readonly string[];
  readonly looks?: { readonly idleMs?: number | undefined; readonly busyMs?: number | undefined } | undefined;
}

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

interface RunningScene {
  readonly module: SceneModule;
  readonly zones: readonly Zone[];
  readonly looks: LookIntervals;
  readonly rule: SceneRule;
  readonly book: IncidentBook;
}

/** All scenes of one camera: rules and incident books. */
export class CameraScenes {
  readonly #scenes: readonly RunningScene[];
  #provided: ReadonlySet<ObjectClass>;

  /** `provided`: classes the loaded models can find. */
  constructor(options: {
    modules: readonly SceneModule[];
    zones: readonly Zone[];
    config: Readonly<Record<string, SceneConfig | undefined>>;
    provided: ReadonlySet<ObjectClass>;
    newId?: () => IncidentId;
  }) {
    const newId = options.newId ?? (() => uuidv7() as IncidentId);
    this.#provided = options.provided;
    this.#scenes = options.modules.flatMap((module) => {
      const config = options.config[module.id];
      if (config === undefined) return [];
      const zones = options.zones.filter((zone) => config.zones.includes(zone.id));
      const { idleMs = module.looks.idleMs, busyMs = module.looks.busyMs } = config.looks ?? {};
      return {
        module,
        zones,
        looks: { idleMs, busyMs: Math.min(idleMs, busyMs) },
        rule: module.createRule(zones, config),
        book: new IncidentBook({ module, timing: config, newId }),
      };
    });
  }

  /** What each configured scene can do with the loaded models. */
  get availability(): ReadonlyMap<SceneId, SceneAvailability> {
    return new Map(
      this.#scenes.map((scene) => [
        scene.module.id,
        this.#works(scene) ? 'available' : `unavailable: no loaded model provides ${scene.module.classes.join(', ')}`,
      ]),
    );
  }

  /** Classes the configured scenes look for, available or not. */
  get classes(): ReadonlySet<ObjectClass> {
    return new Set(this.#scenes.flatMap(({ module }) => module.classes));
  }

  /** Zones that some configured scene watches. */
  get zones(): readonly Zone[] {
    return [...new Set(this.#scenes.flatMap(({ zones }) => zones))];
  }

  /** Incidents open on this camera. */
  get openIncidents(): number {
    return this.#scenes.reduce((sum, { book }) => sum + book.open, 0);
  }

  /** A model came or failed. What a scene knew stays: its time without a model is a gap like that of a stream. */
  provide(classes: ReadonlySet<ObjectClass>): void {
    this.#provided = classes;
  }

  /** What the scenes at work want; undefined when none is. */
  get demand(): SceneDemand | undefined {
    const working = this.#scenes.filter((scene) => this.#works(scene));
    if (working.length === 0) return undefined;
    const decisions = working.flatMap(({ rule }) => rule.decisionInMs() ?? []);
    return {
      severity: Math.min(...working.map(({ module }) => module.severity)) as Severity,
      idleMs: Math.min(...working.map(({ looks }) => looks.idleMs)),
      busyMs: Math.min(...working.map(({ looks }) => looks.busyMs)),
      decisionInMs: decisions.length === 0 ? undefined : Math.min(...decisions),
      openIncidents: working.reduce((sum, { book }) => sum + book.open, 0),
    };
  }

  /**
   * Takes up this camera's incidents from before a restart; before the first look. Returns those that nothing
   * configured now can clear: their scene or zone is gone.
   */
  resume(open: readonly OpenIncident[]): readonly OpenIncident[] {
    const taken = new Set<OpenIncident>();
    for (const { module, zones, rule, book } of this.#scenes) {
      const incidents = open.flatMap((kept) => {
        const zone = kept.scene === module.id ? zones.find(({ id }) => id === kept.zoneId) : undefined;
        const [subject] = kept.subjects;
        if (zone === undefined || subject === undefined) return [];
        taken.add(kept);
        const hit = { zone, startedAt: kept.startedAt, subject };
        return [{ id: kept.incidentId, hit, reportedAt: kept.observedAt }];
      });
      rule.resume(incidents.map(({ hit }) => hit));
      book.resume(incidents);
    }
    return open.filter((kept) => !taken.has(kept));
  }

  /** Evaluates every scene at work on one look. */
  update(look: Look): readonly SceneEvent[] {
    return this.#scenes.flatMap((scene) =>
      this.#works(scene) ? scene.book.update(look.at, scene.rule.evaluate(look)) : [],
    );
  }

  #works({ module }: RunningScene): boolean {
    return module.classes.some((each) => this.#provided.has(each));
  }
}
