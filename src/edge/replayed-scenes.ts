import type { IncidentId, UtcMs } from '../domain/ids.ts';
import type { OpenIncident, SceneEvent } from '../domain/scene-event.ts';
import type { GivenMemory, ObservedContext, ScenesNote } from './observation-notes.ts';
import type { ObservedLook } from './observe/block-format.ts';
import type { CameraScenes } from './scene/camera-scenes.ts';
import { SiteCalendar } from './scene/rule/site-calendar.ts';
import type { SceneTrace } from './scene/running-scene.ts';
import type { SceneModule } from './scene/scene-module.ts';
import { type ObservedCamera, scenesOf } from './scenes-of-camera.ts';

/** How observations are judged again. */
export interface ReplayOptions {
  readonly modules: readonly SceneModule[];
  readonly newId: () => IncidentId;
  /**
   * With a change the replay lives its own life: after a restart it goes on from what itself knew when the node saved,
   * not from what the node then took up. Without one it follows the record.
   */
  readonly change?: (camera: ObservedCamera) => ObservedCamera;
  /** Looks under whose times something was saved that a later restart took up. */
  readonly snapshots: ReadonlySet<UtcMs>;
}

/** One camera's scenes, driven by its observation log in place of its pictures. */
export class ReplayedScenes {
  readonly #options: ReplayOptions;
  readonly #saved = new Map<UtcMs, unknown>();
  readonly #open = new Map<IncidentId, OpenIncident>();
  #context: ObservedContext | undefined;
  #scenes: CameraScenes | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** As configured at this moment of the replay; undefined before its first note. */
  get scenes(): CameraScenes | undefined {
    return this.#scenes;
  }

  /** The recorded configuration of this moment. */
  get context(): ObservedContext | undefined {
    return this.#context;
  }

  /** Incidents open at this moment, as last reported. */
  get open(): readonly OpenIncident[] {
    return [...this.#open.values()];
  }

  /** `context`: that of the note's block, for notes that begin one. */
  note(note: ScenesNote, context: ObservedContext | undefined): void {
    if (note.kind === 'session' && context !== undefined) this.#begin(note, context);
    else if (note.kind === 'checkpoint' && context !== undefined && this.#needs(note)) {
      this.#make(note, context).restore(note.state);
    } else this.#circumstances(note);
  }

  snapshot(at: UtcMs): void {
    // Rules may hand out what they go on with.
    if (this.#options.snapshots.has(at)) this.#saved.set(at, structuredClone(this.#scenes?.save()));
  }

  look(look: ObservedLook, trace?: SceneTrace): readonly SceneEvent[] {
    const events = this.#scenes?.update(look, trace) ?? [];
    for (const event of events) this.#keep(event);
    return events;
  }

  /** A checkpoint tells what is known already, except at the start and where looks before it are missing. */
  #needs(note: ScenesNote & { kind: 'checkpoint' }): boolean {
    return this.#scenes === undefined || (note.torn && this.#options.change === undefined);
  }

  #begin(note: ScenesNote & { kind: 'session' }, context: ObservedContext): void {
    const first = this.#scenes === undefined;
    const own = this.#options.change !== undefined && !first;
    const state = own ? this.#ownState(note.memory) : givenState(note.memory);
    const open = own ? this.open : note.open;
    const scenes = this.#make(note, context);
    if (state !== undefined) scenes.restore(state);
    const orphans = new Set(scenes.resume(open));
    this.#open.clear();
    for (const incident of open) if (!orphans.has(incident)) this.#open.set(incident.incidentId, incident);
  }

  #ownState(memory: GivenMemory): unknown {
    if (memory.from === 'nothing') return undefined;
    const own = memory.from === 'before' ? this.#scenes?.save() : this.#saved.get(memory.at);
    return own ?? memory.state;
  }

  #make(note: ScenesNote, context: ObservedContext): CameraScenes {
    const { modules, newId, change } = this.#options;
    const camera = change?.(context.camera) ?? context.camera;
    this.#context = context;
    const around = { calendar: new SiteCalendar(context.calendar), provided: new Set(note.provided), modules, newId };
    this.#scenes = scenesOf(camera, around);
    this.#scenes.suspend(note.fault);
    this.#scenes.overlook(new Set(note.overlooked));
    return this.#scenes;
  }

  #circumstances({ provided, fault, overlooked }: ScenesNote): void {
    this.#scenes?.provide(new Set(provided));
    this.#scenes?.suspend(fault);
    this.#scenes?.overlook(new Set(overlooked));
  }

  #keep({ phase, incidentId, scene, zone, severity, startedAt, observedAt, subjects }: SceneEvent): void {
    const cameraId = this.#context?.camera.id;
    if (phase === 'cleared' || cameraId === undefined) this.#open.delete(incidentId);
    else {
      const incident = { incidentId, cameraId, scene, zoneId: zone.id, severity, startedAt, observedAt, subjects };
      this.#open.set(incidentId, { ...incident, traceparent: '' });
    }
  }
}

function givenState(memory: GivenMemory): unknown {
  return memory.from === 'nothing' ? undefined : memory.state;
}
