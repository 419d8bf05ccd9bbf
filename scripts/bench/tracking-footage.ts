import { join } from 'node:path';
import type { TrackId } from '../../src/domain/ids.ts';
import { detectSchema } from '../../src/edge/detect/config.ts';
import { loadDetector } from '../../src/edge/detect/load-detector.ts';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import { trackSchema } from '../../src/edge/track/config.ts';
import { createTracker } from '../../src/edge/track/create-tracker.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import { quantile, round } from './bench.ts';
import { type Clip, clipFiles, pictureEveryMs, readClip } from './gate-footage.ts';

/** Clips in which people and vehicles come, go and stand. */
const names: ReadonlySet<string> = new Set(['street-parked', 'people-passing', 'vtest']);
/** Of the pictures taken, all and one in two seconds. */
const rates = [1, 2000 / pictureEveryMs] as const;

/** What a tracker made of one clip's detections. */
export interface FootageRow {
  readonly clip: string;
  readonly looksPerSecond: number;
  readonly kind: 'byte' | 'iou';
  readonly confirmed: number;
  /** Looks on which a confirmed track was seen. */
  readonly medianHits: number;
  /** Longest time between the first and the last look that saw one track, by the clip's length. */
  readonly longestShare: number;
}

/** Footage has no truth, only detections: fewer and longer tracks of the same detections are the better, as far as it goes. */
export async function trackFootage(say: (line: string) => void): Promise<FootageRow[]> {
  if (sharedDir === undefined) return [];
  const files = clipFiles(sharedDir).filter(({ name }) => names.has(name));
  const detector = await loadDetector({
    ...detectSchema.parse({ models: [{ id: 'yolox-nano-416' }] }),
    store: { manifest: loadManifest(), mirror: join(sharedDir, 'models') },
    log: createLogger('bench'),
    metrics: new Metrics(),
  });
  const rows: FootageRow[] = [];
  for (const file of files) {
    const clip = await readClip(file, detector);
    for (const every of rates) for (const kind of ['byte', 'iou'] as const) rows.push(rowOf(clip, every, kind));
    say(`${clip.name}: ${clip.pictures.length} pictures`);
  }
  await detector.close();
  return rows;
}

function rowOf(clip: Clip, every: number, kind: 'byte' | 'iou'): FootageRow {
  let ids = 0;
  const tracker = createTracker({ config: trackSchema.parse({ kind }), newId: () => `${++ids}` as TrackId });
  const seen = new Map<TrackId, { readonly hits: number; readonly ms: number }>();
  for (const [index, { atMs, detections }] of clip.pictures.entries()) {
    if (index % every !== 0) continue;
    for (const { id, state, hits, firstSeenAt, lastSeenAt } of tracker.update(detections, atMs)) {
      if (state === 'confirmed') seen.set(id, { hits, ms: lastSeenAt - firstSeenAt });
    }
  }
  const all = [...seen.values()];
  const clipMs = clip.pictures.length * pictureEveryMs;
  return {
    clip: clip.name,
    looksPerSecond: round(1000 / pictureEveryMs / every),
    kind,
    confirmed: all.length,
    medianHits: quantile(
      all.map(({ hits }) => hits),
      0.5,
    ),
    longestShare: round(Math.max(0, ...all.map(({ ms }) => ms)) / clipMs),
  };
}
