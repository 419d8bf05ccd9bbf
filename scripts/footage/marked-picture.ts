import sharp, { type Sharp } from 'sharp';
import type { DrawnPicture } from './stage-browser.ts';
import type { TruthZone } from './truth.ts';

/** The picture with its boxes (grey: not demanded) and zones drawn in. */
export function markedPicture({ width, height, rgb, boxes }: DrawnPicture, zones: readonly TruthZone[]): Sharp {
  const marks = boxes.map(({ box: [x1, y1, x2, y2], class: name, ignore }) => {
    const colour = ignore === true ? '#888' : '#0f0';
    return `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke="${colour}"/><text x="${x1}" y="${y1 - 2}" font-size="9" fill="${colour}">${name}</text>`;
  });
  const lines = zones.map(({ points, kind }) => {
    const path = points.map(([x, y]) => `${x * width},${y * height}`).join(' ');
    return `<poly${kind === 'polygon' ? 'gon' : 'line'} points="${path}" fill="none" stroke="#ff0" stroke-dasharray="3"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${lines.join('')}${marks.join('')}</svg>`;
  return sharp(rgb, { raw: { width, height, channels: 3 } }).composite([{ input: Buffer.from(svg) }]);
}
