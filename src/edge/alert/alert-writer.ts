import { v7 as uuidv7 } from 'uuid';
import { sortDetails } from '../../contracts/alert-details.ts';
import type { AlertDraft, EvidenceRef, Provenance } from '../../domain/alert.ts';
import type { CameraPlace } from '../../domain/camera.ts';
import type { Frame } from '../../domain/frame.ts';
import type { AlertId } from '../../domain/ids.ts';
import type { Picture } from '../../domain/picture.ts';
import type { RedactPicture, Thing } from '../../domain/redaction.ts';
import type { SceneEvent } from '../../domain/scene-event.ts';
import type { Clock } from '../../lib/clock.ts';
import { type ClockWord, unwatchedClock } from '../../lib/clock-state.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { messageOf } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import type { Logger } from '../../lib/log.ts';
import { oneTimeLine, type WallTime } from '../../lib/steady-clock.ts';
import { annotate } from './annotate.ts';
import type { StartFrame } from './start-frames.ts';

const evidenceKind = { raised: 'trigger', updated: 'trigger', cleared: 'clear' } as const;

/** Turns scene events into alert drafts with their evidence on disk. */
export class AlertWriter {
  readonly #evidence: ContentStore;
  readonly #decode: (frame: Frame) => Promise<Picture | undefined>;
  readonly #redact: RedactPicture;
  readonly #clock: Clock;
  readonly #clockWord: ClockWord;
  readonly #time: WallTime;
  readonly #log: Logger;

  /**
   * `decode` gives a frame's picture at its full size in RGB, or undefined when it cannot; `redact` makes it unrecognisable,
   * or gives nothing where it could not.
   */
  constructor(options: {
    evidence: ContentStore;
    decode: (frame: Frame) => Promise<Picture | undefined>;
    redact: RedactPicture;
    clock: Clock;
    /** Default: unknown. */
    clockWord?: ClockWord;
    /** Wall time of a frame's time, as it is written on its picture; default: the same. */
    time?: WallTime;
    log: Logger;
  }) {
    this.#evidence = options.evidence;
    this.#decode = options.decode;
    this.#redact = options.redact;
    this.#clock = options.clock;
    this.#clockWord = options.clockWord ?? unwatchedClock;
    this.#time = options.time ?? oneTimeLine;
    this.#log = options.log;
  }

  /** One draft. A picture that cannot be made leaves the alert without evidence, never unsent. */
  async write(
    event: SceneEvent,
    context: {
      readonly frame: Frame;
      readonly camera: CameraPlace;
      readonly provenance: Omit<Provenance, 'ruleVersion'>;
      /** The picture of the moment the condition began. */
      readonly start?: StartFrame;
      /** What the look saw, which has faces and plates as well as what the case is about. */
      readonly seen?: readonly Thing[];
    },
  ): Promise<AlertDraft> {
    const { frame, camera, provenance, start, seen = [] } = context;
    const began = start && (await this.#picture(beginning(event, start), startOf(frame, start), camera, 'start', []));
    const evidence = [began, await this.#picture(event, frame, camera, evidenceKind[event.phase], seen)];
    const { accessUnit } = frame;
    return {
      alertId: uuidv7() as AlertId,
      incidentId: event.incidentId,
      phase: event.phase,
      scene: event.scene,
      severity: event.severity,
      camera,
      zone: { id: event.zone.id, kind: event.zone.kind, tags: event.zone.tags },
      startedAt: event.startedAt,
      observedAt: event.observedAt,
      clock: { state: this.#clockWord.state },
      subjects: event.subjects,
      ...this.#details(event),
      evidence: evidence.filter((file) => file !== undefined),
      provenance: { ...provenance, ruleVersion: event.ruleVersion },
      trace: {
        traceparent: frame.traceparent,
        rtpTimestamp: accessUnit.rtpTimestamp,
        ptsMs: accessUnit.ptsMs,
        ...(accessUnit.ntpMs === undefined ? {} : { ntpMs: Math.round(accessUnit.ntpMs) }),
        hops: [...frame.hops, { stage: 'evidence', at: this.#clock.now() }],
      },
    };
  }

  #details({ scene, details = {} }: SceneEvent): Pick<AlertDraft, 'details'> {
    const { travel, refused } = sortDetails(details);
    if (refused.length > 0) this.#log.warn({ scene, refused }, 'measurements that may not travel are left out');
    return Object.keys(travel).length > 0 ? { details: travel } : {};
  }

  async #picture(
    event: SceneEvent,
    frame: Frame,
    camera: CameraPlace,
    kind: EvidenceRef['kind'],
    seen: readonly Thing[],
  ): Promise<EvidenceRef | undefined> {
    try {
      const taken = await this.#decode(frame);
      const { scene, subjects } = event;
      const blurred = taken && (await this.#redact(taken, { scene, subjects, seen }));
      if (blurred === undefined) return undefined;
      const { picture, redaction } = blurred;
      const time = new Date(this.#time.wall(frame.observedAt)).toISOString().replace('T', ' ').slice(0, 19);
      const what = kind === 'start' ? 'began' : event.phase;
      const bytes = await annotate(picture, event, `${camera.name} · ${event.scene} ${what} · ${time}Z`);
      return {
        kind,
        sha256: await this.#evidence.put(bytes),
        bytes: bytes.length,
        mediaType: 'image/jpeg',
        originalSha256: sha256(frame.accessUnit.data),
        redaction,
      };
    } catch (error) {
      this.#log.warn({ camera: camera.id, kind, error: messageOf(error) }, 'evidence picture could not be made');
      return undefined;
    }
  }
}

/** The event as it was when it began: whoever’s place is known, at that place. */
function beginning(event: SceneEvent, { boxes }: StartFrame): SceneEvent {
  const subjects = event.subjects.flatMap((subject) => {
    const box = boxes.get(subject.trackId);
    return box === undefined ? [] : { ...subject, box };
  });
  return { ...event, phase: 'raised', subjects };
}

function startOf(frame: Frame, { unit, at }: StartFrame): Frame {
  return { ...frame, accessUnit: unit, picture: undefined, observedAt: at };
}
