import { z } from 'zod';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { Track } from '../../../domain/track.ts';
import type { Look, SceneSurroundings } from '../scene-module.ts';
import { type Hours, hoursSchema } from './hours.ts';
import type { ReasonTexts, RuleTrace } from './rule-trace.ts';
import { type SavedStayMemory, StayMemory } from './stay-memory.ts';
import { Unloading, unloadingFields } from './unloading.ts';
import type { Stay, ZoneStays } from './zone-stays.ts';

/** Configuration of who may stand on a fire lane. */
export const laneExcuseFields = {
  ...unloadingFields,
  trucksAreFireEngines: z.boolean().default(false).meta({
    description: "Trucks on these lanes are the fire brigade's, as at a fire station; for models that cannot tell.",
  }),
  drillHours: hoursSchema.min(1).optional().meta({
    description: 'Hours in which the fire brigade uses the lanes itself: vehicles on them are not reported.',
  }),
};

/** Words for the codes noted here. */
export const laneExcuseReasons = {
  'fire-engine': { en: 'a fire engine', zh: '消防车' },
  drill: { en: 'within the hours of the fire brigade', zh: '处于消防作业时段' },
  unloading: { en: 'being unloaded, {dwellMs} of {mostMs}', zh: '正在装卸，已 {dwellMs}，限 {mostMs}' },
} as const satisfies ReasonTexts;

interface Config extends Record<keyof typeof unloadingFields, number> {
  readonly streamGapMs: number;
  readonly trucksAreFireEngines: boolean;
  readonly drillHours?: Hours | undefined;
}

interface Known {
  looks: number;
  /** Of those, looks on which it was taken for a fire engine. */
  asFireEngine: number;
  unloading: boolean;
  /** It blocked the lane already: people who come to it now do not make it a vehicle that unloads. */
  blocked: boolean;
}

interface SavedExcuses {
  readonly known: SavedStayMemory<Known>;
  readonly unloading: ReturnType<Unloading['save']>;
}

const vehicles: ReadonlySet<ObjectClass> = new Set(['car', 'bus', 'truck', 'tricycle']);

/** Which vehicles may stand on a fire lane for now: the fire brigade's, and those being unloaded. */
export class LaneExcuses {
  readonly #config: Config;
  readonly #calendar: SceneSurroundings['calendar'];
  readonly #unloading: Unloading;
  readonly #known: StayMemory<Known>;

  constructor(stays: Pick<ZoneStays, 'kept'>, config: Config, calendar: SceneSurroundings['calendar']) {
    this.#config = config;
    this.#calendar = calendar;
    this.#unloading = new Unloading(stays, config);
    this.#known = new StayMemory(stays, () => ({ looks: 0, asFireEngine: 0, unloading: false, blocked: false }));
  }

  /** Once a look, for each stay seen on it. */
  watch(stay: Stay, people: readonly Track[], look: Look): void {
    const known = this.#known.of(stay);
    known.looks += 1;
    if (stay.track.class === 'fire_engine') known.asFireEngine += 1;
    known.unloading = vehicles.has(stay.track.class) && this.#unloading.check(stay, people, look.at);
  }

  /** Whether a vehicle or two-wheeler may stand there; tells why. */
  excuses(stay: Stay, look: Look, trace?: RuleTrace): boolean {
    const code = this.#codeOf(stay, look);
    if (code === undefined) return false;
    const values = { dwellMs: stay.dwell.dwellMs, mostMs: this.#config.unloadingMs };
    trace?.note({ verdict: 'suppressed', code, zone: stay.zone.id, track: stay.track.id, values });
    return true;
  }

  /** It blocks the lane. */
  blocks(stay: Stay): void {
    this.#known.of(stay).blocked = true;
  }

  save(): SavedExcuses {
    return { known: this.#known.save(), unloading: this.#unloading.save() };
  }

  restore({ known, unloading }: SavedExcuses): void {
    this.#known.restore(known);
    this.#unloading.restore(unloading);
  }

  #codeOf(stay: Stay, { at }: Look): keyof typeof laneExcuseReasons | undefined {
    const { trucksAreFireEngines, drillHours } = this.#config;
    const { looks, asFireEngine, unloading, blocked } = this.#known.of(stay);
    // A red truck is taken for a fire engine now and then: more often than not decides.
    if (asFireEngine * 2 > looks || (trucksAreFireEngines && stay.track.class === 'truck')) return 'fire-engine';
    if (drillHours !== undefined && this.#calendar.isWithin(drillHours, at)) return 'drill';
    return unloading && !blocked ? 'unloading' : undefined;
  }
}
