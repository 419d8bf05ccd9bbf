import type { CameraKind, PipelineClip } from './pipeline-clips.ts';

/** One camera of the bench: what it shows from where on, and what it is watched for. */
export interface BenchCamera {
  readonly id: string;
  readonly path: string;
  readonly kind: CameraKind;
  readonly clip: PipelineClip;
  /** At UTC time t it shows the place (t + offsetMs) modulo the clip's length. */
  readonly offsetMs: number;
}

/** What the scenes of the scripted cameras wait for, and the others never reach. */
export const dwells = { zone_intrusion: 4_000, illegal_parking: 10_000 } as const;
const never = 600_000;

/**
 * Where in the scripted clip a rule's dwell is met, ms from its beginning. The car's bottom centre enters the zone at
 * 3,070 ms and stands from 3,330 to 16,400 ms (yolox-nano-416 on every picture); the first keyframe that shows it there
 * is the one at 4,000 ms.
 */
export const truth = {
  everyPicture: { zone_intrusion: 3_070 + dwells.zone_intrusion, illegal_parking: 3_330 + dwells.illegal_parking },
  everyKeyframe: { zone_intrusion: 4_000 + dwells.zone_intrusion, illegal_parking: 4_000 + dwells.illegal_parking },
} as const;

/** Of a hundred cameras fifteen are busy, one of them with the scripted event; the first n are so for any n. */
function kindOf(index: number): CameraKind {
  if (index % 100 === 7) return 'scripted';
  return [0, 7, 13].includes(index % 20) ? 'busy' : 'idle';
}

/** Cameras that take the clips of their kind in turn, each from a place of its own. */
export function planCameras(count: number, clips: readonly PipelineClip[]): readonly BenchCamera[] {
  const seen: Record<CameraKind, number> = { idle: 0, busy: 0, scripted: 0 };
  return Array.from({ length: count }, (_, index) => {
    const planned = kindOf(index);
    const kind = clips.some((clip) => clip.kind === planned) ? planned : 'busy';
    const own = clips.filter((clip) => clip.kind === kind);
    const clip = own[seen[kind] % own.length];
    if (clip === undefined) throw new Error(`no clip for ${kind} cameras`);
    seen[kind] += 1;
    // The golden ratio spreads any number of cameras evenly over the clip, and so their keyframes over two seconds.
    const offsetMs = Math.round(((index * 0.618_034) % 1) * clip.lengthMs);
    const id = `c${String(index + 1).padStart(4, '0')}`;
    return { id, path: `/${id}`, kind, clip, offsetMs };
  });
}

/** An edge node's configuration, as an operator would write it: standard settings, and what the bench is about. */
export function edgeConfig(options: {
  readonly cameras: readonly BenchCamera[];
  readonly farmPort: number;
  readonly httpPort: number;
  readonly folder: string;
  /** Sections in place of the standard ones, for trying settings out. */
  readonly more: Readonly<Record<string, unknown>>;
}): Record<string, unknown> {
  const { cameras, farmPort, httpPort, folder, more } = options;
  return {
    site: 'bench',
    node: 'edge-1',
    keyFile: `${folder}/node.pem`,
    http: { port: httpPort },
    publish: {
      // Nobody is there: alerts stay in the outbox, where the bench reads them.
      broker: { url: 'mqtt://127.0.0.1:9', username: 'edge-1', password: { file: `${folder}/password` } },
      outbox: { path: `${folder}/outbox.db`, evidenceDir: `${folder}/evidence` },
    },
    ...more,
    cameras: cameras.map((camera) => ({
      ...{ id: camera.id, name: camera.clip.name, division: '330503001', lat: 30.87, lon: 120.43 },
      stream: { url: `rtsp://127.0.0.1:${farmPort}${camera.path}` },
      zones: [{ id: 'zone', points: camera.clip.zone }],
      scenes: scenesOf(camera.kind),
    })),
  };
}

function scenesOf(kind: CameraKind) {
  const dwell = kind === 'scripted' ? dwells : { zone_intrusion: never, illegal_parking: never };
  const timing = { zones: ['zone'], clearAfterMs: 2_000, cooldownMs: 0 };
  return {
    zone_intrusion: {
      ...timing,
      dwellMs: dwell.zone_intrusion,
      streamGapMs: 45_000,
      looks: { idleMs: 10_000, busyMs: 2_000 },
    },
    illegal_parking: { ...timing, dwellMs: dwell.illegal_parking, looks: { idleMs: 10_000, busyMs: 10_000 } },
  };
}
