import type { UtcMs } from '../domain/ids.ts';
import type { LookNeeds } from '../domain/look.ts';
import type { LooksConfig } from './look-config.ts';
import type { SceneDemand } from './scene/camera-scenes.ts';

/** Shorter intervals than this are more than the keyframes of any usual camera: they take every picture. */
const continuousBelowMs = 1000;
/** An incident is cleared after 30 s without its subject: it must be looked at a few times in between. */
const openIncidentEveryMs = 10_000;

/**
 * How much attention a camera gets: idle while its pictures stay the same, busy from the first change until some time
 * after the last (hysteresis), awake while an incident is open or somebody is about to meet a condition.
 */
export class CameraAttention {
  readonly #config: LooksConfig;
  #activeAt = Number.NEGATIVE_INFINITY;
  #fullAt = Number.NEGATIVE_INFINITY;
  /** Until the next whole picture: the first time shorter, by the camera's offset. */
  #periodMs: number;
  #fullPictures = 0;

  /** `offset`: 0–1, another for each camera, so that a thousand that began together do not take their whole pictures together. */
  constructor(config: LooksConfig, offset = 1) {
    this.#config = config;
    this.#periodMs = config.fullPictureEveryMs * (0.5 + 0.5 * offset);
  }

  /** Whether the gate saw something change that concerns the camera's scenes. */
  note(active: boolean, at: UtcMs): void {
    // A clock that was set back must not keep a camera busy until it has caught up.
    this.#activeAt = active ? at : Math.min(this.#activeAt, at);
  }

  /** The whole picture went through the detector. */
  noteFullPicture(at: UtcMs): void {
    this.#fullAt = at;
    this.#fullPictures += 1;
    if (this.#fullPictures > 1) this.#periodMs = this.#config.fullPictureEveryMs;
  }

  /** What a failed look would have seen is not known: the next one takes the whole picture. */
  wantFullPicture(): void {
    this.#fullAt = Number.NEGATIVE_INFINITY;
  }

  /** Whether the whole picture is due, whatever the gate says. */
  fullPictureDue(at: UtcMs): boolean {
    return at - this.#fullAt >= this.#periodMs || at < this.#fullAt;
  }

  isBusy(at: UtcMs): boolean {
    return at - this.#activeAt < this.#config.busyForMs;
  }

  /** What to ask of the scheduler after the look at `at`. */
  needs(demand: SceneDemand, at: UtcMs): LookNeeds {
    const { severity, idleMs, busyMs, decisionInMs, openIncidents } = demand;
    if (this.isBusy(at)) return { severity, everyMs: busyMs, continuous: busyMs < continuousBelowMs };
    const awakeMs = openIncidents > 0 ? Math.min(idleMs, openIncidentEveryMs) : idleMs;
    const everyMs = Math.max(busyMs, Math.min(awakeMs, decisionInMs ?? awakeMs));
    return { severity, everyMs, continuous: everyMs < continuousBelowMs };
  }
}
