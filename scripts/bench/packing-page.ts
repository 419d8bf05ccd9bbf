import { table } from './benchmarks-page.ts';
import type { WayResult } from './packing.ts';
import type { LabelledTrial } from './packing-coco.ts';

/** The section of docs/benchmarks.md. */
export function packingPage(ways: readonly WayResult[], trials: readonly LabelledTrial[], rounds: number): string {
  const [reference] = ways;
  return `Clips as cameras: ${reference?.agreement.objects} objects that YOLOX-nano sees in whole pictures with a score of 0.5 or
more. Regions are what the activity gate says has changed, and where something was in the look before, grown
(\`look-regions.ts\`). Found: IoU ≥ 0.5, same class group, with a score of 0.3 or more; known: share of the detections of
0.5 or more that the whole picture shows too. The second row says how much of this is chance.

${table([
  [
    '',
    'pictures a CPU second',
    'times as many',
    'inputs a picture',
    'full inputs a picture',
    'found',
    'of them ≥ 0.5',
    'known',
    'score lost',
    'cut',
  ],
  ...ways.map((each) => [
    each.way.what,
    each.picturesPerCpuSecond.median,
    each.speedRatio.median,
    each.inputsPerPicture,
    each.fullInputsPerPicture,
    each.agreement.recall,
    each.agreement.recallAtHalf,
    each.agreement.precision,
    each.agreement.scoreLoss,
    each.cut,
  ]),
])}

Method: ${rounds} rounds, all rows looking at the same pictures one after the other in changing order, one process, one
thread; CPU time from picture to boxes, decoding not counted; medians. Full inputs count pixels: 1 is 416×416.

Fifty labelled photographs (COCO), inputs no larger than what they show; wrong counts every detection without a label:

${table([
  ['', 'objects found', 'small ones found', 'wrong', 'of what the whole picture shows ≥ 0.5', 'score lost', 'CPU ms'],
  ...trials.map((each) => [
    each.name,
    `${each.found} of ${each.objects}`,
    `${each.foundSmall} of ${each.small}`,
    each.wrong,
    each.agreement.recall,
    each.agreement.scoreLoss,
    each.cpuMs,
  ]),
])}`;
}
