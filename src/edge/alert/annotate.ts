import sharp from 'sharp';
import type { Picture } from '../../domain/picture.ts';
import type { SceneEvent } from '../../domain/scene-event.ts';

/** Colours per severity, 1 highest; readable on day and night pictures. */
const severityColour = { 1: '#ff4d4f', 2: '#fa8c16', 3: '#fadb14', 4: '#36cfc9' } as const;

/**
 * Draws zone, subjects and a caption on a picture and compresses it.
 * @param picture packed RGB, any size; boxes and zones of the event are normalised.
 * @returns JPEG bytes.
 */
export async function annotate(picture: Picture, event: SceneEvent, caption: string): Promise<Buffer> {
  const { width, height } = picture;
  const overlay = Buffer.from(overlaySvg(width, height, event, caption));
  return sharp(picture.data, { raw: { width, height, channels: 3 } })
    .composite([{ input: overlay }])
    .jpeg({ quality: 82, mozjpeg: false })
    .toBuffer();
}

/**
 * Draws an SVG over a JPEG, or over an empty dark picture of `size`, and compresses it.
 * @param draw gives the SVG for the picture's size in pixels.
 */
export async function drawOver(
  background: Buffer | undefined,
  size: { readonly width: number; readonly height: number },
  draw: (width: number, height: number) => string,
): Promise<Buffer> {
  const { width, height } = background === undefined ? size : await sharp(background).metadata();
  const empty = { create: { width, height, channels: 3 as const, background: '#20242b' } };
  return (background === undefined ? sharp(empty) : sharp(background))
    .composite([{ input: Buffer.from(draw(width, height)) }])
    .jpeg({ quality: 88, mozjpeg: false })
    .toBuffer();
}

function overlaySvg(width: number, height: number, event: SceneEvent, caption: string): string {
  const colour = severityColour[event.severity];
  const zone = event.zone.points.map(([x, y]) => `${x * width},${y * height}`).join(' ');
  // Once cleared, the box says where the subject was.
  const gone = event.phase === 'cleared';
  const boxes = event.subjects.map(({ box, class: name, score }) => {
    const [x1, y1, x2, y2] = [box[0] * width, box[1] * height, box[2] * width, box[3] * height];
    const label = gone ? `${name}: gone` : `${name} ${score.toFixed(2)}`;
    return `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke="${colour}" stroke-width="2"${gone ? ' stroke-dasharray="3 4"' : ''}/>
      <text x="${x1 + 2}" y="${Math.max(12, y1 - 4)}" fill="${colour}" stroke="#000" stroke-width="3" paint-order="stroke" font-weight="bold">${escapeXml(label)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, Noto Sans CJK SC, sans-serif" font-size="12">
    <polygon points="${zone}" fill="${colour}" fill-opacity="0.12" stroke="${colour}" stroke-width="1.5" stroke-dasharray="6 4"/>
    ${boxes.join('\n')}
    <rect x="0" y="${height - 20}" width="${width}" height="20" fill="#000" fill-opacity="0.6"/>
    <text x="6" y="${height - 6}" fill="#fff">${escapeXml(caption)}</text>
  </svg>`;
}

/** Text as it may stand in an SVG. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
