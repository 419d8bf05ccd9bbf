import { usualFaults } from '../../src/simulator/scripted/perturb.ts';
import { table } from './benchmarks-page.ts';
import type { ScriptedResult } from './scripted.ts';

/** The section of docs/benchmarks.md. */
export function scriptedPage(
  byTracker: readonly { readonly tracker: string; readonly results: readonly ScriptedResult[] }[],
  seeds: number,
): string {
  const { jitter, dropped, scoreNoise, falsePositives, swapped } = usualFaults;
  const [first] = byTracker;
  const other = byTracker[1]?.results ?? [];
  return `What a scene makes of what happens before its camera, from detections on: for each of the 14 one timeline that must
raise one incident in its time, and one that looks like it and must raise none. ${seeds} seeds of a detector with faults:
every edge off by ${percent(jitter)} of the box (standard deviation), ${percent(dropped)} of the detections missed, scores off by ${scoreNoise}, on
${percent(falsePositives)} of the looks something that is not there, ${percent(swapped)} of touching neighbours swapped, order of no meaning. Looks as the
camera would have them: idle, busy, awake. Right: raised in its time; of a near miss: not raised. False alarms: incidents
raised beyond that, a timeline.

${table([
  ['scene', 'timeline', 'must', 'right', 'false alarms', 'looks', 'right, IoU tracker', 'false alarms, IoU tracker'],
  ...(first?.results ?? []).map(({ timeline, right, falseAlarms, looks }, index) => [
    timeline.scene,
    timeline.name,
    timeline.fires === undefined ? 'not fire' : 'fire',
    right,
    falseAlarms,
    Math.round(looks),
    other[index]?.right ?? '',
    other[index]?.falseAlarms ?? '',
  ]),
])}`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
