import type { IncidentId } from '../../src/domain/ids.ts';
import { type ObjectClass, objectClasses } from '../../src/domain/object-class.ts';
import type { SceneEvent } from '../../src/domain/scene-event.ts';
import type { SceneId } from '../../src/domain/scene-id.ts';
import type { Zone } from '../../src/domain/zone.ts';
import { CameraScenes } from '../../src/edge/scene/camera-scenes.ts';
import type { SceneConfig } from '../../src/edge/scene/common-config.ts';
import { sceneModules } from '../../src/edge/scene/registry.ts';
import { commonReasons, type SceneNote } from '../../src/edge/scene/rule/rule-trace.ts';
import type { CameraSurroundings } from '../../src/edge/scene/scene-module.ts';
import { sceneSurroundings } from './scene-surroundings.ts';
import type { SceneTimeline } from './scene-timeline.ts';

/** What happened on which second of a timeline. */
export type TimedEvent = SceneEvent & { readonly second: number };

/** One scene on one camera, for tables of timelines. */
export class SceneCase {
  readonly #id: SceneId;
  readonly #zones: readonly Zone[];
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #around: CameraSurroundings;
  readonly #provided: readonly ObjectClass[];

  /** `zones`: all of the camera's; `config`: the scene's own, beside the zones it watches (all, unless it says). */
  constructor(options: {
    id: SceneId;
    zones: readonly Zone[];
    config?: Readonly<Record<string, unknown>>;
    around?: Partial<CameraSurroundings>;
    provided?: readonly ObjectClass[];
  }) {
    this.#id = options.id;
    this.#zones = options.zones;
    this.#config = { zones: options.zones.map(({ id }) => id), ...options.config };
    this.#around = sceneSurroundings(options.around);
    this.#provided = options.provided ?? objectClasses;
  }

  get #module() {
    const module = sceneModules.find(({ id }) => id === this.#id);
    if (module === undefined) throw new Error(`no scene ${this.#id}`);
    return module;
  }

  /** The same with other settings. */
  with(config: Readonly<Record<string, unknown>>, around: Partial<CameraSurroundings> = {}): SceneCase {
    return new SceneCase({
      id: this.#id,
      zones: this.#zones,
      config: { ...this.#config, ...config },
      around: { ...this.#around, ...around },
      provided: this.#provided,
    });
  }

  scenes(firstId = 0): CameraScenes {
    let n = firstId;
    return new CameraScenes({
      modules: [this.#module],
      zones: this.#zones,
      config: { [this.#id]: this.#module.schema.parse(this.#config) as SceneConfig },
      around: this.#around,
      provided: new Set(this.#provided),
      newId: () => `incident-${++n}` as IncidentId,
    });
  }

  events(timeline: SceneTimeline, untilS: number): readonly TimedEvent[] {
    return timeline.play(this.scenes(), untilS);
  }

  /** `raised@14`, in order. */
  story(timeline: SceneTimeline, untilS: number): string[] {
    return this.events(timeline, untilS).map(({ phase, second }) => `${phase}@${second}`);
  }

  /** The same events with the node restarted before a second: its state goes through JSON. */
  eventsWithRestart(timeline: SceneTimeline, untilS: number, restartS: number): readonly TimedEvent[] {
    const before = this.scenes();
    const first = timeline.play(before, restartS - 0.001);
    const raised = first.filter(({ phase }) => phase === 'raised').length;
    const after = this.scenes(raised);
    after.restore(JSON.parse(JSON.stringify(before.save())));
    return [...first, ...timeline.play(after, untilS, { from: restartS })];
  }

  /** What the scene noted, look by look. */
  notes(timeline: SceneTimeline, untilS: number): readonly SceneNote[] {
    const notes: SceneNote[] = [];
    timeline.play(this.scenes(), untilS, { trace: { note: (note) => notes.push(note) } });
    return notes;
  }

  /** Codes noted, each once, in order; throws for one that has no words, or whose words lack a value. */
  codes(timeline: SceneTimeline, untilS: number): string[] {
    const texts: Readonly<Record<string, { en: string; zh: string } | undefined>> = {
      ...commonReasons,
      ...this.#module.reasons,
    };
    const notes = this.notes(timeline, untilS);
    for (const { code, values = {} } of notes) {
      const text = texts[code];
      if (text === undefined) throw new Error(`"${code}" has no words`);
      for (const [, name = ''] of `${text.en}${text.zh}`.matchAll(/\{(\w+)\}/g)) {
        if (values[name] === undefined) throw new Error(`"${code}" is noted without ${name}`);
      }
    }
    return [...new Set(notes.map(({ code }) => code))];
  }
}

/** A polygon or a line for a test; a rectangle by its corners. */
export function zone(id: string, kind: Zone['kind'], points: Zone['points'], tags: readonly string[] = []): Zone {
  return { id: id as Zone['id'], kind, points, tags };
}

/** Corners of a rectangle. */
export function rectangle(x1: number, y1: number, x2: number, y2: number): Zone['points'] {
  return [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ];
}
