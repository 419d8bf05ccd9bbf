import { table } from './benchmarks-page.ts';
import type { TrackingReport, TrackingRow } from './tracking.ts';

/** The section of docs/benchmarks.md. */
export function trackingPage({ rows, costs, footage, seconds, seeds }: TrackingReport): string {
  const [first] = rows;
  const scripts = [...new Map(rows.map(({ script }) => [script.name, script.what]))].filter(([name]) => name !== 'all');
  return `Scripted streets of ${seconds} s (${seeds} seeds each; ${scripts.map(([name, what]) => `${name}: ${what}`).join('; ')})
before a scripted detector: each side of a box off by 2.5 % of it (standard deviation), 4 % missed and more of who is half
hidden, who is half hidden seen as the part that shows, scores that dip below 0.5 for 1.5 s in 20, a false detection in 20
pictures. Metrics as TrackEval defines them (IoU ≥ 0.5), of all tracks seen on a look, tentative ones with them; who
shows less than 30 % is not asked for. At ${first?.looksPerSecond} looks a second, at a fifth of that, and at a keyframe every two seconds:

${table([
  ['', 'looks a second', 'tracker', 'MOTA', 'IDF1', 'id switches', 'fragmentations', 'FP', 'FN', 'true boxes'],
  ...inOrder(rows).map(({ script, looksPerSecond, kind, scores }) => [
    script.name,
    looksPerSecond,
    kind,
    scores.mota,
    scores.idf1,
    scores.idSwitches,
    scores.fragmentations,
    scores.falsePositives,
    scores.falseNegatives,
    scores.truths,
  ]),
])}

An update, half of the objects standing, half walking, one detection in twenty missing (wall time, mean of 300 looks, nine
runs, trackers in turn):

${table([
  ['objects', 'tracker', 'µs, median', 'least', 'most'],
  ...costs.map(({ objects, kind, microseconds: { median, min, max } }) => [objects, kind, median, min, max]),
])}
${footageText(footage)}`;
}

function inOrder(rows: readonly TrackingRow[]): TrackingRow[] {
  const names = [...new Set(rows.map(({ script }) => script.name))].sort(
    (a, b) => Number(a === 'all') - Number(b === 'all'),
  );
  return rows.toSorted(
    (a, b) => names.indexOf(a.script.name) - names.indexOf(b.script.name) || b.looksPerSecond - a.looksPerSecond,
  );
}

function footageText(footage: TrackingReport['footage']): string {
  if (footage.length === 0) return '\nFootage was not there.';
  return `
Footage, detected by YOLOX-nano. Detections are not ground truth, so that nothing here is right or wrong: of the same
detections fewer and longer tracks are the better.

${table([
  [
    'clip',
    'looks a second',
    'tracker',
    'confirmed tracks',
    'looks a track, median',
    'longest track, share of the clip',
  ],
  ...footage.map((row) => [row.clip, row.looksPerSecond, row.kind, row.confirmed, row.medianHits, row.longestShare]),
])}`;
}
