import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Alert } from '../domain/alert.ts';
import type { CameraId, UtcMs } from '../domain/ids.ts';
import { ContentStore } from '../lib/content-store.ts';
import { drawOver, escapeXml } from './alert/annotate.ts';
import type { EdgeConfig } from './config.ts';
import type { ExplainedLook } from './explain-look.ts';

/** Height of the picture where there is none to draw on. */
const emptyHeight = 720;
const colours = { fires: '#ff4d4f', suppressed: '#b37feb', waits: '#fadb14', ignored: '#8c8c8c', none: '#36cfc9' };

/** A look as a JPEG: zones, and tracks in the colour of what the scenes made of them. `labels`: words for each track. */
export async function explainPicture(
  explained: ExplainedLook,
  options: {
    readonly background: Buffer | undefined;
    readonly caption: string;
    readonly labels: ReadonlyMap<string, string>;
  },
): Promise<Buffer> {
  const size = { width: Math.round(emptyHeight * explained.look.aspect), height: emptyHeight };
  return drawOver(options.background, size, (width, height) => svgOf(explained, options, width, height));
}

/** The camera's evidence picture nearest in time, of those that still wait in the outbox. */
export async function nearestEvidence(
  { outbox }: EdgeConfig['publish'],
  camera: CameraId,
  at: UtcMs,
): Promise<Buffer | undefined> {
  if (!existsSync(outbox.path)) return undefined;
  const database = new DatabaseSync(outbox.path, { readOnly: true, timeout: 5_000 });
  try {
    const rows = database.prepare('SELECT body FROM alert').all() as { body: string }[];
    const nearest = rows
      .map(({ body }) => JSON.parse(body) as Alert)
      .filter((alert) => alert.camera.id === camera)
      .sort((a, b) => Math.abs(a.observedAt - at) - Math.abs(b.observedAt - at));
    const store = new ContentStore(outbox.evidenceDir);
    for (const { evidence } of nearest) {
      for (const { sha256, mediaType } of evidence) {
        const picture = mediaType === 'image/jpeg' ? await store.get(sha256) : undefined;
        if (picture !== undefined) return picture;
      }
    }
    return undefined;
  } catch {
    // An outbox of another shape, or none: the look is drawn all the same.
    return undefined;
  } finally {
    database.close();
  }
}

function svgOf(
  { context, look, notes }: ExplainedLook,
  { caption, labels }: { caption: string; labels: ReadonlyMap<string, string> },
  width: number,
  height: number,
): string {
  const unit = Math.max(12, Math.round(height / 45));
  const outlined = `stroke="#000" stroke-width="${unit / 5}" paint-order="stroke"`;
  const at = ([x, y]: readonly [number, number]) => `${x * width},${y * height}`;
  const zones = context.camera.zones.map(({ id, kind, points }) => {
    const shape = kind === 'line' ? 'polyline' : 'polygon';
    const [[x, y] = [0, 0]] = points;
    return `<${shape} points="${points.map(at).join(' ')}" fill="#40a9ff" fill-opacity="${kind === 'line' ? 0 : 0.12}" stroke="#40a9ff" stroke-width="2" stroke-dasharray="8 5"/>
      <text x="${x * width + 4}" y="${y * height + unit}" fill="#91d5ff" ${outlined}>${escapeXml(id)}</text>`;
  });
  const tracks = look.tracks.map(({ id, box: [x1, y1, x2, y2], lastSeenAt }) => {
    const verdicts = notes.filter(({ track }) => track === id).map(({ verdict }) => verdict);
    const strongest = (['fires', 'suppressed', 'waits', 'ignored'] as const).find((each) => verdicts.includes(each));
    const colour = colours[strongest ?? 'none'];
    const hidden = lastSeenAt === look.at ? '' : ' stroke-dasharray="3 4"';
    return `<rect x="${x1 * width}" y="${y1 * height}" width="${(x2 - x1) * width}" height="${(y2 - y1) * height}" fill="none" stroke="${colour}" stroke-width="3"${hidden}/>
      <text x="${x1 * width + 2}" y="${Math.max(unit, y1 * height - 5)}" fill="${colour}" ${outlined}>${escapeXml(labels.get(id) ?? id)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, Noto Sans CJK SC, sans-serif" font-size="${unit}">
    ${[...zones, ...tracks].join('\n')}
    <rect x="0" y="0" width="${width}" height="${unit * 1.8}" fill="#000" fill-opacity="0.65"/>
    <text x="8" y="${unit * 1.25}" fill="#fff">${escapeXml(caption)}</text>
  </svg>`;
}
