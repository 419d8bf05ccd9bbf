import { existsSync } from 'node:fs';
import { v7 as uuidv7 } from 'uuid';
import type { AlertDraft, EvidenceRef, Provenance } from '../../domain/alert.ts';
import type { CameraPlace } from '../../domain/camera.ts';
import type { Frame } from '../../domain/frame.ts';
import type { AlertId } from '../../domain/ids.ts';
import type { Picture } from '../../domain/picture.ts';
import type { SceneEvent } from '../../domain/scene-event.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { messageOf } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import type { Logger } from '../../lib/log.ts';
import { annotate } from './annotate.ts';

/** systemd-timesyncd and chrony leave these behind once the clock follows a server. */
const clockSyncMarks = ['/run/systemd/timesync/synchronized', '/run/chrony/chronyd.pid'];

const evidenceKind = { raised: 'trigger', updated: 'trigger', cleared: 'clear' } as const;

/** Turns scene events into alert drafts with their evidence on disk. */
export class AlertWriter {
  readonly #evidence: ContentStore;
  readonly #decode: (frame: Frame) => Promise<Picture | undefined>;
  readonly #clock: Clock;
  readonly #log: Logger;

  /** `decode` gives a frame's picture at its full size in RGB, or undefined when it cannot. */
  constructor(options: {
    evidence: ContentStore;
    decode: (frame: Frame) => Promise<Picture | undefined>;
    clock: Clock;
    log: Logger;
  }) {
    this.#evidence = options.evidence;
    this.#decode = options.decode;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** One draft. A picture that cannot be made leaves the alert without evidence, never unsent. */
  async write(
    event: SceneEvent,
    context: { frame: Frame; camera: CameraPlace; provenance: Omit<Provenance, 'ruleVersion'> },
  ): Promise<AlertDraft> {
    const { frame, camera, provenance } = context;
    const evidence = await this.#picture(event, frame, camera);
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
      clock: { state: clockSyncMarks.some((mark) => existsSync(mark)) ? 'synchronised' : 'unknown' },
      subjects: event.subjects,
      evidence,
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

  async #picture(event: SceneEvent, frame: Frame, camera: CameraPlace): Promise<readonly EvidenceRef[]> {
    try {
      const picture = await this.#decode(frame);
      if (picture === undefined) return [];
      const time = new Date(frame.observedAt).toISOString().replace('T', ' ').slice(0, 19);
      const bytes = await annotate(picture, event, `${camera.name} · ${event.scene} ${event.phase} · ${time}Z`);
      return [
        {
          kind: evidenceKind[event.phase],
          sha256: await this.#evidence.put(bytes),
          bytes: bytes.length,
          mediaType: 'image/jpeg',
          originalSha256: sha256(frame.accessUnit.data),
        },
      ];
    } catch (error) {
      this.#log.warn({ camera: camera.id, error: messageOf(error) }, 'evidence picture could not be made');
      return [];
    }
  }
}
