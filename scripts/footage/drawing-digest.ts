import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('./', import.meta.url));

/** Beside the stage itself, what a training picture's pixels and boxes follow from. */
const beside = [
  'bloom.ts',
  'caption-font.ts',
  'caption.ts',
  'dataset-plan.ts',
  'exposure.ts',
  'gaussians.ts',
  'picture-size.ts',
  'scatter-rounds.ts',
  'seeds.ts',
  'sensor.ts',
  'separable-filter.ts',
  'stage-browser.ts',
  'stage-order.ts',
  'stage-server.ts',
  'truth-boxes.ts',
  'truth.ts',
] as const;

/** The files that draw, relative to this folder. */
export function drawingFiles(): string[] {
  const stage = readdirSync(join(here, 'stage'), { recursive: true, encoding: 'utf8' });
  return [...beside, ...stage.filter((file) => file.endsWith('.ts')).map((file) => join('stage', file))].sort();
}

/** Names the code that draws: another digest may mean other pictures from the same seed (or just another comment). */
export function drawingDigest(): string {
  const digest = createHash('sha256');
  for (const file of drawingFiles()) digest.update(`${file}\n${readFileSync(join(here, file), 'utf8')}\n`);
  return digest.digest('hex').slice(0, 16);
}
