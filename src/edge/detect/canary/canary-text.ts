import type { CanaryReport } from './canary-report.ts';

const maxExamples = 5;

/** A canary's report as lines for an operator. */
export function canaryText(report: CanaryReport): string[] {
  const { old, new: fresh, phase, since, reason, inCharge, evidence, faint, dropped, watch } = report;
  const ratio = evidence.latencyRatio === undefined ? 'unknown' : `${evidence.latencyRatio.toFixed(2)} times the old`;
  const lines = [
    `${fresh.id} beside ${old.id}: ${phase} since ${time(since)}${reason === undefined ? '' : `: ${reason}`}`,
    `in charge: ${inCharge}`,
    `compared: ${evidence.pictures} pictures, ${evidence.objects} objects; lost ${percent(evidence.lostShare)} (${faint} of them seen below the score), added ${percent(evidence.addedShare)}, latency ${ratio}, failures ${evidence.failures}`,
    `not compared: ${dropped.busy} busy, ${dropped.overloaded} overloaded, ${dropped.noPicture} without a picture`,
  ];
  if (phase === 'taken-over') {
    const minutes = (watch.watchedMs / 60_000).toFixed(1);
    lines.push(`on watch for ${minutes} min: ${watch.pictures} pictures, ${watch.failures} failures`);
  }
  for (const each of report.classes) {
    const iou = each.meanIou === undefined ? '' : `, IoU ${each.meanIou.toFixed(2)}`;
    const shift = each.meanScoreShift === undefined ? '' : `, score ${signed(each.meanScoreShift)}`;
    lines.push(`  ${each.class}: ${each.agreed} agreed, ${each.lost} lost, ${each.added} added${iou}${shift}`);
  }
  for (const each of report.worstCameras) {
    lines.push(`  camera ${each.camera}: ${each.lost} lost, ${each.added} added in ${each.pictures} pictures`);
  }
  for (const { camera, at, lost, added } of report.examples.slice(0, maxExamples)) {
    const what = [...lost.map((each) => `lost ${each.class}`), ...added.map((each) => `added ${each.class}`)];
    lines.push(`  for example ${camera} at ${time(at)}: ${what.join(', ')}`);
  }
  return lines;
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
