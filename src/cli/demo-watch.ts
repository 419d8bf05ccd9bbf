import type { TicketSummary } from '../contracts/desk-api.ts';
import type { CameraState } from '../domain/camera.ts';
import type { CameraId } from '../domain/ids.ts';
import type { SceneId } from '../domain/scene-id.ts';
import type { DemoTake } from './demo-takes.ts';

/** After the last picture of a clip a rule may still be about to decide on it. */
const afterPlayMs = 5_000;

/** What a demo's watcher is made from. */
export interface DemoWatchOptions {
  readonly takes: readonly DemoTake[];
  /** How long a take's clip is. */
  readonly lengthMs: (take: DemoTake) => number;
  /** Told what happens, a line each, in words for somebody who sees this for the first time. */
  readonly tell: (line: string) => void;
}

/** Knows which scenes have fired, got a ticket and were closed, and which near misses have been seen whole. */
export class DemoWatch {
  readonly #options: DemoWatchOptions;
  readonly #byName: ReadonlyMap<string, DemoTake>;
  readonly #known = new Map<number, TicketSummary['state']>();
  /** Of the cameras on which something happens, by number: a scene may fire again before its first case is over. */
  readonly #tickets = new Map<number, TicketSummary>();
  /** Since when a near miss streams without a break; those seen whole are taken out. */
  readonly #playing: Map<CameraId, { readonly take: DemoTake; since: number | undefined }>;

  constructor(options: DemoWatchOptions) {
    this.#options = options;
    this.#byName = new Map(options.takes.map((take) => [take.camera.name, take]));
    const near = options.takes.filter((take) => take.near);
    this.#playing = new Map(near.map((take) => [take.camera.id, { take, since: undefined }]));
  }

  /** Scenes that must fire. */
  get scenes(): readonly SceneId[] {
    return this.#options.takes.filter(({ near }) => !near).map(({ scene }) => scene);
  }

  /** Tickets of the cameras on which something happens, oldest first, as they are now. */
  get tickets(): readonly TicketSummary[] {
    return [...this.#tickets.values()];
  }

  /** Near misses that have not been seen whole yet. */
  get stillPlaying(): number {
    return this.#playing.size;
  }

  /** A ticket of every scene is closed, and every near miss has been seen whole. */
  get done(): boolean {
    return this.#scenesWith((state) => state === 'CLOSED') === this.scenes.length && this.stillPlaying === 0;
  }

  #scenesWith(is: (state: TicketSummary['state']) => boolean): number {
    return new Set(this.tickets.filter(({ state }) => is(state)).map(({ scene }) => scene)).size;
  }

  /** How the cameras are, at a monotonic time. A stream that breaks begins its clip again. */
  cameras(states: ReadonlyMap<CameraId, CameraState>, nowMs: number): void {
    for (const [id, playing] of this.#playing) {
      if (states.get(id)?.kind !== 'streaming') playing.since = undefined;
      else playing.since ??= nowMs;
      const seenMs = playing.since === undefined ? 0 : nowMs - playing.since;
      if (seenMs >= this.#options.lengthMs(playing.take) + afterPlayMs) this.#playing.delete(id);
    }
  }

  /** The desk's list, in any order. */
  look(tickets: readonly TicketSummary[]): void {
    for (const ticket of tickets.toSorted((a, b) => a.number - b.number)) {
      const take = this.#byName.get(ticket.camera.name);
      const before = this.#known.get(ticket.number);
      this.#known.set(ticket.number, ticket.state);
      if (take?.near === false && take.scene === ticket.scene) this.#tickets.set(ticket.number, ticket);
      if (before === undefined) this.#tellNew(ticket, take);
      else if (before !== ticket.state) this.#tellStep(ticket, before);
    }
  }

  #tellNew({ number, scene, camera, department }: TicketSummary, take: DemoTake | undefined): void {
    const { tell } = this.#options;
    if (take?.near === true) {
      tell(`FALSE ALARM  ${scene} · ${camera.name}, where nothing happens · ticket ${number}`);
      return;
    }
    const isFirst = this.tickets.find((each) => each.scene === scene)?.number === number;
    const count = isFirst ? `scene ${this.#scenesWith(() => true)} of ${this.scenes.length}` : 'once more';
    tell(`fired   ${scene} · ${camera.name} · ticket ${number}${department ? ` for ${department}` : ''} · ${count}`);
  }

  #tellStep({ number, scene, state }: TicketSummary, before: TicketSummary['state']): void {
    const { tell } = this.#options;
    if (state !== 'CLOSED') {
      tell(`        ticket ${number} ${scene} · ${before} → ${state}`);
      return;
    }
    const closed = this.#scenesWith((each) => each === 'CLOSED');
    tell(`closed  ${scene} · ticket ${number} · ${closed} of ${this.scenes.length}`);
  }
}
