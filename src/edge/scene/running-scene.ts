import type { TriggeringAnchor } from '../../domain/geometry.ts';
import type { IncidentId, UtcMs } from '../../domain/ids.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { OpenIncident, SceneEvent } from '../../domain/scene-event.ts';
import type { Zone } from '../../domain/zone.ts';
import type { SceneConfig } from './common-config.ts';
import { IncidentBook } from './incident-book.ts';
import type { Calendar } from './rule/hours.ts';
import type { SceneNote } from './rule/rule-trace.ts';
import { RuleWindDown, type SavedWindDown } from './rule-wind-down.ts';
import type { CameraSurroundings, Look, LookIntervals, PendingHit, SceneModule, SceneRule } from './scene-module.ts';

/** Takes the findings of all scenes of a camera. */
export interface SceneTrace {
  note(note: SceneNote): void;
}

interface SavedRunningScene {
  readonly rule: unknown;
  readonly book: unknown;
  readonly windDown?: SavedWindDown;
}

/** One scene at work on one camera: its rule, its hours and its incidents. */
export class RunningScene {
  readonly module: SceneModule;
  /** What it looks for as configured. */
  readonly classes: readonly ObjectClass[];
  /** The same, and what it goes by beside. */
  readonly goesBy: readonly ObjectClass[];
  readonly zones: readonly Zone[];
  readonly looks: LookIntervals;
  readonly anchor: TriggeringAnchor;
  readonly book: IncidentBook;
  /** First and last of the looks passed over since one was not. */
  missedLooks: { readonly from: UtcMs; readonly to: UtcMs } | undefined;
  readonly #schedule: SceneConfig['schedule'];
  readonly #calendar: Calendar;
  readonly #rule: SceneRule;
  readonly #windDown: RuleWindDown;
  #inHours = true;

  constructor(options: {
    module: SceneModule;
    config: SceneConfig;
    /** All of the camera's. */
    zones: readonly Zone[];
    around: CameraSurroundings;
    newId: () => IncidentId;
  }) {
    const { module, config, around, newId } = options;
    const { idleMs = module.looks.idleMs, busyMs = module.looks.busyMs } = config.looks ?? {};
    const among = (ids: readonly string[]) => options.zones.filter((zone) => ids.includes(zone.id));
    this.module = module;
    this.classes = module.classesOf?.(config) ?? module.classes;
    this.goesBy = [...this.classes, ...(module.also ?? [])];
    this.zones = among(config.zones);
    this.anchor = config.anchor ?? 'bottom';
    this.looks = { idleMs, busyMs: Math.min(idleMs, busyMs) };
    this.#rule = module.createRule(config, {
      ...around,
      zones: this.zones,
      exclusions: among(config.exclude ?? []),
    });
    this.#windDown = new RuleWindDown(this.#rule, config.streamGapMs);
    this.book = new IncidentBook({ module, timing: config, newId });
    this.#schedule = config.schedule;
    this.#calendar = around.calendar;
  }

  /** Conditions under way after the last look; none outside its hours. */
  get pending(): readonly PendingHit[] {
    return this.#inHours ? this.#rule.pending() : [];
  }

  save(): unknown {
    const windDown = this.#schedule === undefined ? {} : { windDown: this.#windDown.save() };
    return { rule: this.#rule.save(), book: this.book.save(), ...windDown };
  }

  restore(saved: unknown): void {
    const { rule, book, windDown } = saved as SavedRunningScene;
    this.#rule.restore(rule);
    this.book.restore(book, this.zones);
    if (windDown === undefined) this.#windDown.begin();
    else this.#windDown.restore(windDown);
  }

  /** Takes up its incidents from before a restart; returns those it took. */
  resume(open: readonly OpenIncident[]): OpenIncident[] {
    const mine = open.flatMap((kept) => {
      const zone = kept.scene === this.module.id ? this.zones.find(({ id }) => id === kept.zoneId) : undefined;
      const [subject, ...others] = kept.subjects;
      if (zone === undefined || subject === undefined) return [];
      const hit = { zone, startedAt: kept.startedAt, subject, ...(others.length > 0 && { others }) };
      const { incidentId: id, severity, observedAt: reportedAt } = kept;
      return { kept, resumed: { id, hit, severity, reportedAt } };
    });
    if (mine.length > 0) this.#windDown.begin();
    this.#rule.resume(mine.map(({ resumed }) => resumed.hit));
    this.book.resume(mine.map(({ resumed }) => resumed));
    return mine.map(({ kept }) => kept);
  }

  /** `unlooked`: classes it looks for that nobody could find on this look. */
  update(
    look: Look,
    { unlooked, trace }: { unlooked?: ReadonlySet<ObjectClass> | undefined; trace?: SceneTrace | undefined } = {},
  ): readonly SceneEvent[] {
    const own = trace && { note: (note: Omit<SceneNote, 'scene'>) => trace.note({ ...note, scene: this.module.id }) };
    const schedule = this.#schedule;
    const inHours = (at: UtcMs) => schedule === undefined || this.#calendar.isWithin(schedule, at);
    this.#inHours = inHours(look.at);
    if (!this.#inHours) {
      own?.note({ verdict: 'ignored', code: 'outside-schedule' });
      this.#windDown.pass(look);
      // What is open when the hours end is cleared like anything that is no longer seen.
      return this.book.update(look.at, []);
    }
    if (schedule !== undefined) this.#windDown.within(look, inHours);
    const seen = unlooked === undefined ? look : { ...look, unlooked };
    return this.book.update(look.at, this.#rule.evaluate(seen, own), { trace: own, unlooked });
  }
}
