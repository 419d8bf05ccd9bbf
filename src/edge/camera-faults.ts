import { v7 as uuidv7 } from 'uuid';
import type { CameraState } from '../domain/camera.ts';
import type { IncidentId, UtcMs } from '../domain/ids.ts';
import type { PictureCondition, PictureFault, ReferenceOrder } from '../domain/picture-condition.ts';
import type { OpenIncident, SceneEvent } from '../domain/scene-event.ts';
import type { Clock } from '../lib/clock.ts';
import { CameraHealth } from './health/camera-health.ts';
import type { CameraHealthConfig, HealthConfig } from './health/config.ts';
import { FaultIncident, type FaultState } from './health/fault-incident.ts';

/** What becomes of a fault. */
export interface FaultEffects {
  /** The camera's scenes stop, or go on (undefined). */
  suspend(fault: PictureFault | undefined): void;
  /** The camera is blind from then on, or sees again (undefined). */
  blind(fault: PictureFault | undefined, since: UtcMs | undefined): void;
  /** An event that comes with no look: nothing is seen. It must not reject. */
  report(event: SceneEvent): Promise<void>;
}

/** Puts one camera's faults to effect: its pictures' and its connection's are one maintenance incident. */
export class CameraFaults {
  readonly #config: HealthConfig;
  readonly #effects: FaultEffects;
  readonly #clock: Clock;
  readonly #memory: SharedArrayBuffer;
  readonly #health: CameraHealth;
  readonly #incident: FaultIncident;
  /** Pictures have not come since. */
  #missingSince: UtcMs | undefined;
  #lost: FaultState | undefined;
  #told: PictureFault | undefined;
  #cancel: (() => void) | undefined;
  /** An incident from before a restart, of a fault that is not known any more, is over only when it has been for a while. */
  #doubtedFrom: UtcMs | 'first look' | undefined;

  /** `memory`: the camera's reference; `isNight`: whether the sun is down where it hangs. */
  constructor(options: {
    config: HealthConfig;
    own: CameraHealthConfig;
    memory: SharedArrayBuffer;
    isNight: (at: UtcMs) => boolean;
    newId?: () => IncidentId;
    effects: FaultEffects;
    clock: Clock;
  }) {
    this.#config = options.config;
    this.#effects = options.effects;
    this.#clock = options.clock;
    this.#memory = options.memory;
    this.#health = new CameraHealth(options);
    const newId = options.newId ?? (() => uuidv7() as IncidentId);
    this.#incident = new FaultIncident({ updateEveryMs: options.config.updateEveryMs, newId });
  }

  /** What is wrong with the camera; undefined: nothing is known to be. */
  get fault(): FaultState | undefined {
    return this.#lost ?? this.#health.fault;
  }

  /** What the look of this time is asked to measure. */
  ask(at: UtcMs): { readonly memory: SharedArrayBuffer; readonly order: ReferenceOrder } {
    return { memory: this.#memory, order: this.#health.order(at) };
  }

  /** Takes what one picture measured; returns what is to be reported with it. `order`: what it was asked with. */
  look(condition: PictureCondition, order: ReferenceOrder, at: UtcMs): readonly SceneEvent[] {
    this.#seen();
    this.#health.look(condition, at, order);
    this.#settle();
    return this.#isDoubted(at) ? [] : this.#incident.update(this.fault, at);
  }

  /** The camera's connection changed. */
  connection({ kind }: CameraState): void {
    if (kind === 'streaming' || kind === 'stopped') {
      this.#seen();
      return;
    }
    if (this.#missingSince !== undefined) return;
    this.#missingSince = this.#clock.now();
    this.#later(this.#config.lostAfterMs);
  }

  /** What the camera shows now is its view from now on. */
  acceptView(): void {
    this.#health.acceptView();
  }

  /** All it remembers but the reference, as JSON. */
  save(): unknown {
    return this.#health.save();
  }

  /** Before the first look. */
  restore(saved: unknown): void {
    this.#health.restore(saved);
    this.#settle();
  }

  /** Takes its incident from before a restart up, after `restore` and before the first look. */
  resume(open: readonly OpenIncident[]): void {
    this.#incident.resume(open);
    if (this.#incident.isOpen && this.#health.fault === undefined) this.#doubtedFrom = 'first look';
  }

  /** The camera is no longer watched. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #seen(): void {
    this.#missingSince = undefined;
    this.#lost = undefined;
    this.close();
  }

  #later(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => {
      const now = this.#clock.now();
      this.#lost = { fault: 'lost', since: this.#missingSince ?? now };
      for (const event of this.#incident.update(this.#lost, now)) void this.#effects.report(event);
      this.#later(this.#config.updateEveryMs);
    });
  }

  /** Tells of a fault of the pictures once; that nothing comes is the connection's to account for. */
  #settle(): void {
    const fault = this.#health.fault;
    if (fault?.fault === this.#told) return;
    this.#told = fault?.fault;
    this.#effects.suspend(fault?.fault);
    this.#effects.blind(fault?.fault, fault?.since);
  }

  #isDoubted(at: UtcMs): boolean {
    if (this.#doubtedFrom === undefined) return false;
    if (this.#doubtedFrom === 'first look') this.#doubtedFrom = at;
    const isOver = this.#health.fault !== undefined || at - this.#doubtedFrom >= this.#config.recoverAfterMs;
    if (isOver) this.#doubtedFrom = undefined;
    return !isOver;
  }
}
