import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { trackSchema } from '../../src/edge/track/config.ts';
import { AppError, messageOf } from '../../src/lib/errors.ts';
import { type MotBox, parseMot } from './mot-file.ts';
import { type MotScores, motCounts, motScores } from './mot-metrics.ts';
import { sideBySide } from './mot-sequence.ts';
import { extentOf, runTracker } from './run-tracker.ts';

const usage = `usage: node scripts/mot/main.ts --gt FILE (--results FILE | --tracker byte|iou [--detections FILE])
         [--every N] [--fps N] [--size WIDTHxHEIGHT] [--json]
Scores tracks against ground truth, both as MOTChallenge text. With --tracker the tracks are those that ours makes of
the detections, or, without --detections, of the true boxes themselves. --every 5 looks at each fifth frame only.
--fps (25) is what the recording had; --size its picture, else the smallest that holds all boxes.
`;

try {
  main();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof AppError ? 2 : 1;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      gt: { type: 'string' },
      results: { type: 'string' },
      tracker: { type: 'string' },
      detections: { type: 'string' },
      every: { type: 'string', default: '1' },
      fps: { type: 'string', default: '25' },
      size: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.gt === undefined || (values.results === undefined) === (values.tracker === undefined)) {
    throw new AppError('MB_USAGE', usage.trimEnd());
  }
  const every = positive('every', values.every);
  if (!Number.isInteger(every)) throw new AppError('MB_USAGE', `--every: not a whole number: ${values.every}`);
  const truth = read(values.gt);
  const found =
    values.results === undefined
      ? runTracker(values.detections === undefined ? truth : read(values.detections), {
          config: trackSchema.parse({ kind: kindOf(values.tracker) }),
          framesPerSecond: positive('fps', values.fps),
          every,
          picture: pictureOf(values.size, truth),
        })
      : read(values.results);
  const scores = motScores(motCounts(sideBySide(truth, found, every)));
  process.stdout.write(values.json ? `${JSON.stringify(scores)}\n` : text(scores));
}

function read(file: string): MotBox[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new AppError('MB_USAGE', `${file}: ${messageOf(error)}`, { cause: error });
  }
  return parseMot(content, file);
}

function kindOf(name: string | undefined): 'byte' | 'iou' {
  if (name === 'byte' || name === 'iou') return name;
  throw new AppError('MB_USAGE', `--tracker: byte or iou, not ${name}`);
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new AppError('MB_USAGE', `--${name}: not a number above 0: ${value}`);
}

function pictureOf(size: string | undefined, truth: readonly MotBox[]): { width: number; height: number } {
  if (size === undefined) return extentOf(truth);
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  if (width === undefined || height === undefined) throw new AppError('MB_USAGE', `--size: as 1920x1080, not ${size}`);
  return { width: positive('size', width), height: positive('size', height) };
}

function text(scores: MotScores): string {
  const share = (value: number) => `${(value * 100).toFixed(1)} %`;
  const lines: readonly (readonly [string, string | number])[] = [
    ['MOTA', share(scores.mota)],
    ['MOTP', share(scores.motp)],
    ['IDF1', share(scores.idf1)],
    ['IDP', share(scores.idp)],
    ['IDR', share(scores.idr)],
    ['id switches', scores.idSwitches],
    ['fragmentations', scores.fragmentations],
    ['FP', scores.falsePositives],
    ['FN', scores.falseNegatives],
    ['true boxes', scores.truths],
  ];
  return lines.map(([name, value]) => `${name.padEnd(16)}${value}\n`).join('');
}
