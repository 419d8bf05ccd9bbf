import type { GateConfig } from '../../src/edge/gate/config.ts';
import type { spread } from './bench.ts';
import { table } from './benchmarks-page.ts';
import type { Clip } from './gate-footage.ts';
import { addTally, emptyTally, type Tally } from './gate-score.ts';

/** What one way of gating did on the clips of one use, at one interval, under one stress. */
export interface GateRow {
  readonly stress: string;
  readonly way: 'gate' | 'peer';
  readonly use: 'tune' | 'check';
  readonly everyMs: number;
  readonly tally: Tally;
  /** On still pictures, every 2 s: all that passed is false alarm. */
  readonly held: StillCounts;
}

/** Looks at stills, and how many passed. */
export interface StillCounts {
  readonly firstMinute: { looks: number; passed: number };
  readonly later: { looks: number; passed: number };
}

/** Nothing counted yet. */
export function noStills(): StillCounts {
  return { firstMinute: { looks: 0, passed: 0 }, later: { looks: 0, passed: 0 } };
}

/** Adds one count to another. */
export function addStills(sum: StillCounts, more: StillCounts): void {
  for (const part of ['firstMinute', 'later'] as const) {
    sum[part].looks += more[part].looks;
    sum[part].passed += more[part].passed;
  }
}

interface Findings {
  readonly rows: readonly GateRow[];
  readonly clips: readonly Clip[];
  readonly costs: Readonly<Record<'gate' | 'peer', ReturnType<typeof spread>>>;
  readonly config: GateConfig;
}

const names = { gate: 'Maplebridge', peer: 'running average' } as const;

/** The bench's section of the page. */
export function gatePage({ rows, clips, costs, config }: Findings): string {
  const named = (use: Clip['use']) =>
    clips
      .filter((clip) => clip.use === use)
      .map(({ name }) => `\`${name}\``)
      .join(', ');
  const stresses = [...new Set(rows.map(({ stress }) => stress))];
  return `
Real footage, a picture every 0.5 s, made into cameras that are looked at every 2 s and every 10 s. Reference: the detector
(YOLOX-nano, ${config.width}×${config.height} grey for the gate) on every look in full; of the burning house, its annotated flames. The method was
worked out on ${named('tune')}; ${named('check')} only for
the last choices between thresholds (docs/decisions/0007-activity-gate.md).

${table([
  [
    'no stress',
    'every',
    'clips',
    'looks passed',
    'area of their regions',
    'look recall',
    'region recall',
    'objects shown',
  ],
  ...rows
    .filter(({ stress }) => stress === 'none')
    .map(({ way, everyMs, use, tally }) => [
      names[way],
      `${everyMs / 1000} s`,
      use,
      outOf(tally.passed, tally.looks),
      percent(tally.regionArea, tally.passed),
      outOf(tally.eventLooksPassed, tally.eventLooks),
      outOf(tally.eventsCovered, tally.events),
      `${tally.objectsShown} of ${tally.objects}`,
    ]),
])}

The footage is busy: nearly every look has someone in it, or had a moment ago, so that most pass. False alarms are
counted on stills: the emptiest picture of each clip, with sensor noise, every 2 s for two minutes under each stress;
recall is kept on the moving clips under the same stress (all clips, every 2 s).

${table([
  [
    'stress',
    'stills passed, first minute / later',
    'by the running average',
    'look recall',
    'region recall',
    'by the running average',
    'objects shown',
    'by the running average',
  ],
  ...stresses.map((stress) => {
    const [ours, theirs] = [total(rows, 'gate', stress), total(rows, 'peer', stress)];
    return [
      stress,
      stills(ours.held),
      stills(theirs.held),
      percent(ours.tally.eventLooksPassed, ours.tally.eventLooks),
      percent(ours.tally.eventsCovered, ours.tally.events),
      percent(theirs.tally.eventsCovered, theirs.tally.events),
      `${ours.tally.objectsShown} of ${ours.tally.objects}`,
      `${theirs.tally.objectsShown} of ${theirs.tally.objects}`,
    ];
  }),
])}

CPU of one look in its thread, pictures at hand: ${costs.gate.median} ms (${costs.gate.min}–${costs.gate.max}), running average ${costs.peer.median} ms
(${costs.peer.min}–${costs.peer.max}; a plain one in the same language, not Frigate's native code).

Look recall: of the looks on which an object is new or has moved, the share that passes. New or moved: seen now with a
score of 0.5 or more, and on the look before nothing with even 0.1 stood there with an IoU of 0.6. Region recall: of
those objects, the share that lies to 80 % or more in one of the regions. Objects shown: of the tracks that the tracker
confirms when it sees every look in full, those that on some look lay in a region. The running average is the way of
the usual recorders with Frigate's documented thresholds, its average slowed to the time between looks. Stresses: \`ramp\` gain ±40 % in a minute,
\`steps\` of gain every 12 s, \`gamma\` steps 0.7–1.4, \`cloud\` a soft shadow of 45 % crossing in 30 s, \`night\` a quarter of
the light and noise of 10, \`rain\` 300 streaks, \`sway\` a sixth of the picture waving by 4 px of 640, \`noise\` of 12,
\`jitter\` of 2 px of 640.`;
}

function total(rows: readonly GateRow[], way: GateRow['way'], stress: string): { tally: Tally; held: StillCounts } {
  const sum = { tally: emptyTally(), held: noStills() };
  for (const row of rows) {
    if (row.way !== way || row.stress !== stress || row.everyMs !== 2000) continue;
    addTally(sum.tally, row.tally);
    addStills(sum.held, row.held);
  }
  return sum;
}

function stills({ firstMinute, later }: StillCounts): string {
  return `${percent(firstMinute.passed, firstMinute.looks)} / ${percent(later.passed, later.looks)}`;
}

function outOf(part: number, whole: number): string {
  return `${percent(part, whole)} of ${whole}`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((part / whole) * 1000) / 10} %`;
}
