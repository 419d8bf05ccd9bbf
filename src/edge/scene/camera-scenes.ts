import { v7 as uuidv7 } from 'uuid';
import type { IncidentId } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { OpenIncident, SceneEvent } from '../../domain/scene-event.ts';
import type { SceneId } from '../../domain/scene-id.ts';
import type { Zone } from '../../domain/zone.ts';
import type { IncidentTiming } from './common-config.ts';
import { IncidentBook } from './incident-book.ts';
import type { Look, SceneModule, SceneRule } from './scene-module.ts';

/** A scene's configuration as far as this file reads it; the rest is the module's own. */
export interface SceneConfig extends IncidentTiming {
  readonly zones: readonly string[];
}

/** Why a scene is not at work: it is never silently idle. */
export type SceneAvailability = 'available' | `unavailable: no loaded model provides ${string}`;

/** All scenes of one camera: rules and incident books. */
export class CameraScenes {
  readonly #running: { scene: SceneId; zones: readonly Zone[]; rule: SceneRule; book: IncidentBook }[] = [];
  readonly #availability = new Map<SceneId, SceneAvailability>();

  /** `provided`: classes the loaded models can find. */
  constructor(options: {
    modules: readonly SceneModule[];
    zones: readonly Zone[];
    config: Readonly<Record<string, SceneConfig | undefined>>;
    provided: ReadonlySet<ObjectClass>;
    newId?: () => IncidentId;
  }) {
    const newId = options.newId ?? (() => uuidv7() as IncidentId);
    for (const module of options.modules) {
      const config = options.config[module.id];
      if (config === undefined) continue;
      const available = module.classes.some((each) => options.provided.has(each));
      this.#availability.set(
        module.id,
        available ? 'available' : `unavailable: no loaded model provides ${module.classes.join(', ')}`,
      );
      if (!available) continue;
      const zones = options.zones.filter((zone) => config.zones.includes(zone.id));
      this.#running.push({
        scene: module.id,
        zones,
        rule: module.createRule(zones, config),
        book: new IncidentBook({ module, timing: config, newId }),
      });
    }
  }

  /** What each configured scene can do with the loaded models. */
  get availability(): ReadonlyMap<SceneId, SceneAvailability> {
    return this.#availability;
  }

  /** Incidents open on this camera. */
  get openIncidents(): number {
    return this.#running.reduce((sum, { book }) => sum + book.open, 0);
  }

  /**
   * Takes up this camera's incidents from before a restart; before the first look. Returns those that nothing
   * configured now can clear: their scene or zone is gone.
   */
  resume(open: readonly OpenIncident[]): readonly OpenIncident[] {
    const taken = new Set<OpenIncident>();
    for (const { scene, zones, rule, book } of this.#running) {
      const incidents = open.flatMap((kept) => {
        const zone = kept.scene === scene ? zones.find(({ id }) => id === kept.zoneId) : undefined;
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

  /** Evaluates every scene on one look. */
  update(look: Look): readonly SceneEvent[] {
    return this.#running.flatMap(({ rule, book }) => book.update(look.at, rule.evaluate(look)));
  }
}
