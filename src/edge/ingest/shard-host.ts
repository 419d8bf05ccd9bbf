import type { AccessUnit } from '../../domain/access-unit.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { CameraId } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { LocalIngest } from './shard-local.ts';
import { ShardMailbox } from './shard-mailbox.ts';
import { counterKeys, type MovedUnit, type ShardNews, type ShardOrder, type ShardSettings } from './shard-messages.ts';

/** How often counters go out; also the thread's sign of life. */
const countersEveryMs = 1_000;
/** States of one camera that wait for a receiver that is slow; of more the oldest are left out. */
const maxStatesPerCamera = 16;

/**
 * The inside of an ingest thread: cameras on its event loop, and a mailbox to the thread that uses them. At most one
 * delivery is under way; what comes meanwhile waits in the mailbox, so a receiver that is busy delays no socket.
 */
export class ShardHost {
  readonly #post: (news: ShardNews, moved: readonly ArrayBuffer[]) => void;
  readonly #clock: Clock;
  readonly #ingest: LocalIngest;
  readonly #mailbox: ShardMailbox;
  #states = new Map<CameraId, CameraState[]>();
  #underWay = false;
  #cancelCounters: (() => void) | undefined;

  constructor(options: {
    settings: ShardSettings;
    clock: Clock;
    log: Logger;
    post: (news: ShardNews, moved: readonly ArrayBuffer[]) => void;
  }) {
    this.#post = options.post;
    this.#clock = options.clock;
    const { mailboxUnits: maxUnits, mailboxBytes: maxBytes } = options.settings;
    this.#mailbox = new ShardMailbox({ maxUnits, maxBytes });
    this.#ingest = new LocalIngest({
      life: options.settings.life,
      clock: options.clock,
      log: options.log,
      handler: {
        onAccessUnit: (unit) => {
          this.#mailbox.push(unit);
          this.#deliver();
        },
        onState: (camera, state) => this.#changed(camera, state),
      },
    });
  }

  /** Whether short steps follow each other, which long rests would draw out. */
  get restless(): boolean {
    return this.#ingest.restless;
  }

  /** Says that it is ready, and from then on regularly that it is alive. */
  begin(): void {
    this.#post({ kind: 'ready' }, []);
    this.#scheduleCounters();
  }

  /** Carries an order out; never rejects. */
  async take(order: ShardOrder): Promise<void> {
    switch (order.kind) {
      case 'taken':
        this.#underWay = false;
        this.#deliver();
        return;
      case 'want':
        this.#ingest.want(order.camera, order.interest, order.pace);
        return;
      case 'add':
        return this.#answer(order.ticket, this.#ingest.add(order.source).then(none));
      case 'remove':
        return this.#answer(order.ticket, this.#ingest.remove(order.camera).then(none));
      case 'keyframe':
        return this.#answer(
          order.ticket,
          this.#ingest.latestKeyframe(order.camera).then((unit) => (unit === undefined ? [] : [unit])),
        );
      case 'clip':
        return this.#answer(order.ticket, this.#ingest.clip(order.camera, order.from, order.to));
      case 'report':
        this.#sendCounters();
        return this.#answer(order.ticket, Promise.resolve([]));
      case 'stop':
        this.#cancelCounters?.();
        return this.#answer(order.ticket, this.#ingest.stop().then(none));
    }
  }

  async #answer(ticket: number, work: Promise<readonly AccessUnit[]>): Promise<void> {
    try {
      const units = (await work).map(movable);
      this.#post({ kind: 'done', ticket, units }, units.map(bytesOf));
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'MB_INTERNAL';
      this.#post({ kind: 'done', ticket, fault: { code, message: messageOf(error) } }, []);
    }
  }

  #changed(camera: CameraId, state: CameraState): void {
    const waiting = this.#states.get(camera) ?? [];
    if (waiting.length === maxStatesPerCamera) waiting.shift();
    waiting.push(state);
    this.#states.set(camera, waiting);
    this.#deliver();
  }

  #deliver(): void {
    if (this.#underWay || (this.#mailbox.size === 0 && this.#states.size === 0)) return;
    this.#underWay = true;
    const units = this.#mailbox.drain().map(movable);
    const states = [...this.#states].flatMap(([camera, each]) => each.map((state) => ({ camera, state })));
    this.#states = new Map();
    this.#post({ kind: 'delivery', states, units }, units.map(bytesOf));
  }

  #scheduleCounters(): void {
    this.#cancelCounters = this.#clock.after(countersEveryMs, () => {
      this.#sendCounters();
      this.#scheduleCounters();
    });
  }

  #sendCounters(): void {
    const cameras = [...this.#ingest.cameras.keys()];
    const values = new Float64Array(cameras.length * counterKeys.length);
    let at = 0;
    for (const camera of cameras) {
      const counters = this.#ingest.counters(camera);
      for (const key of counterKeys) values[at++] = counters?.[key] ?? 0;
    }
    this.#post({ kind: 'counters', table: { cameras, values }, dropped: this.#mailbox.dropped }, [values.buffer]);
  }
}

/** The unit with bytes that can change threads: a copy, because the camera keeps its newest keyframe and recent past. */
function movable(unit: AccessUnit): MovedUnit {
  return { ...unit, data: new Uint8Array(unit.data) };
}

function bytesOf({ data }: MovedUnit): ArrayBuffer {
  return data.buffer as ArrayBuffer;
}

const none = (): readonly AccessUnit[] => [];
