import type { CameraId, IncidentId, UtcMs } from '../../src/domain/ids.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import { recordableTrack } from '../../src/domain/recordable-track.ts';
import type { OpenIncident, SceneEvent } from '../../src/domain/scene-event.ts';
import type { Track } from '../../src/domain/track.ts';
import { cameraSchema } from '../../src/edge/camera-config.ts';
import { CameraObserver } from '../../src/edge/camera-observer.ts';
import type { GivenMemory } from '../../src/edge/observation-notes.ts';
import { observationsSchema } from '../../src/edge/observe/config.ts';
import { ObservationLog } from '../../src/edge/observe/observation-log.ts';
import type { CameraScenes } from '../../src/edge/scene/camera-scenes.ts';
import { calendarSchema, SiteCalendar } from '../../src/edge/scene/rule/site-calendar.ts';
import { observedCamera, scenesOf } from '../../src/edge/scenes-of-camera.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { FakeClock } from './fake-clock.ts';

const calendar = calendarSchema.parse({});

/** A camera's scenes with their observation log, without pictures: what a node does around them, step by step. */
export class ObservedStand {
  readonly clock: FakeClock;
  readonly log: ObservationLog;
  readonly id: CameraId;
  /** All that the scenes reported, as it was reported. */
  readonly events: SceneEvent[] = [];
  readonly #open = new Map<IncidentId, OpenIncident>();
  #config: object;
  #provided: ReadonlySet<ObjectClass>;
  #scenes: CameraScenes | undefined;
  #observer: CameraObserver | undefined;
  #saved: { at: UtcMs; state: unknown } | undefined;
  #incidents = 0;

  /** `config`: zones and scenes as in a configuration file. */
  constructor(options: {
    path: string;
    config: object;
    provided: readonly ObjectClass[];
    clock?: FakeClock;
    id?: string;
    log?: ObservationLog;
    limits?: object;
  }) {
    this.clock = options.clock ?? new FakeClock(0);
    this.id = (options.id ?? 'c1') as CameraId;
    const config = { ...observationsSchema.parse(options.limits ?? {}), path: options.path };
    const more = { clock: this.clock, log: createLogger('test'), metrics: new Metrics() };
    this.log = options.log ?? new ObservationLog({ config, ...more });
    this.#config = options.config;
    this.#provided = new Set(options.provided);
    this.log.start();
    this.#begin({ from: 'nothing' });
  }

  /** For a timeline to play on. */
  update(look: { at: UtcMs; tracks: readonly Track[]; aspect: number }): readonly SceneEvent[] {
    const ahead = look.at - this.clock.now();
    // A timeline may begin in another year.
    if (ahead > 3_600_000) this.clock.jump(ahead);
    else this.clock.advance(Math.max(0, ahead));
    const recorded = { ...look, tracks: look.tracks.map(recordableTrack) };
    const events = this.#scenes?.update(recorded) ?? [];
    this.#observer?.look(recorded, events);
    this.events.push(...events);
    for (const event of events) this.#deliver(event);
    return events;
  }

  /** What the scenes remember goes to disk. */
  save(): void {
    const at = this.clock.now();
    this.#saved = { at, state: structuredClone(this.#scenes?.save()) };
    this.log.noteSnapshot(this.id, at);
  }

  /** The node starts again, with what was saved last; its log goes on in the same file. */
  restart(): void {
    this.#begin(this.#saved === undefined ? { from: 'nothing' } : { from: 'snapshot', ...this.#saved });
  }

  /** The camera gets another configuration while the node runs. */
  reload(config: object): void {
    this.#config = config;
    this.#begin({ from: 'before', state: structuredClone(this.#scenes?.save()) });
  }

  provide(classes: readonly ObjectClass[]): void {
    this.#provided = new Set(classes);
    this.#scenes?.provide(this.#provided);
  }

  overlook(classes: readonly ObjectClass[]): void {
    this.#scenes?.overlook(new Set(classes));
  }

  suspend(fault: string | undefined): void {
    this.#scenes?.suspend(fault);
  }

  #begin(memory: GivenMemory): void {
    const stream = { url: 'rtsp://host/1' };
    const base = { id: this.id, name: '东门', division: '330503001', lat: 30.87, lon: 120.43, stream };
    const camera = observedCamera(cameraSchema.parse({ ...base, ...this.#config }));
    const newId = () => `${this.id}-incident-${++this.#incidents}` as IncidentId;
    this.#scenes = scenesOf(camera, { calendar: new SiteCalendar(calendar), provided: this.#provided, newId });
    this.#observer = new CameraObserver({ log: this.log, scenes: this.#scenes, context: { camera, calendar } });
    if (memory.from !== 'nothing') this.#scenes.restore(memory.state);
    const open = [...this.#open.values()];
    this.#observer.begin(this.clock.now(), memory, open);
    this.#scenes.resume(open);
  }

  #deliver({ phase, incidentId, scene, zone, severity, startedAt, observedAt, subjects }: SceneEvent): void {
    const about = { incidentId, cameraId: this.id, scene, zoneId: zone.id, severity };
    const incident = { ...about, startedAt, observedAt, subjects };
    if (phase === 'cleared') this.#open.delete(incidentId);
    else this.#open.set(incidentId, { ...incident, traceparent: '' });
  }
}
