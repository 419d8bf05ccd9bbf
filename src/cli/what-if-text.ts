import type { IncidentId } from '../domain/ids.ts';
import type { SceneChange } from '../edge/changed-scene.ts';
import type { ReplayedIncident, ReviewedComparison } from '../edge/incident-comparison.ts';
import type { Verdict } from '../edge/observe/verdict.ts';
import type { WhatIfAnswer } from '../edge/what-if.ts';
import { durationText } from './duration-text.ts';
import { siteTime } from './site-time.ts';

/** Lines of single alerts printed for a camera; all of them are in the JSON. */
const most = 20;

/** The answer of `what-if` for a reader, line by line. */
export function whatIfText(report: {
  scene: string;
  change: SceneChange;
  results: readonly { readonly answer: WhatIfAnswer; readonly reviewed: ReviewedComparison }[];
  verdicts: ReadonlyMap<IncidentId, Verdict>;
  timeZone: string;
}): string[] {
  const { scene, change, results, verdicts, timeZone } = report;
  const sum = (of: (result: (typeof results)[number]) => number) => results.reduce((all, each) => all + of(each), 0);
  const settings = Object.entries(change).map(([field, value]) => `${field}=${JSON.stringify(value)}`);
  const kept = sum(({ answer }) => answer.kept.length);
  const removed = sum(({ answer }) => answer.removed.length);
  const added = sum(({ answer }) => answer.added.length);
  const differ = results.filter(({ answer }) => answer.missing.length + answer.surplus.length > 0);
  const says = [
    `${scene} with ${settings.join(', ') || 'nothing changed'}, ${results.length} camera(s), ${sum(({ answer }) => answer.looks)} looks`,
    differ.length === 0
      ? 'the recorded alerts were reproduced exactly'
      : `NOT reproduced on ${differ.map(({ answer }) => answer.camera).join(', ')}: this software judges otherwise than the one that recorded`,
    `alerts    ${kept + removed} before, ${kept + added} after: ${kept} kept, ${added} added, ${removed} removed`,
    `reviewed  confirmed ${sum((each) => each.reviewed.confirmed)}, lost of them ${sum((each) => each.reviewed.confirmedLost.length)}; rejected ${sum((each) => each.reviewed.rejected)}, gone of them ${sum((each) => each.reviewed.rejectedRemoved.length)}`,
  ];
  if ('looks' in change || settings.some((each) => each.startsWith('looks.'))) {
    says.push('note: looks are as they were recorded; what more or fewer of them would show cannot be replayed');
  }
  return [...says, ...results.flatMap(({ answer }) => cameraLines(answer, verdicts, timeZone))];
}

function cameraLines(answer: WhatIfAnswer, verdicts: ReadonlyMap<IncidentId, Verdict>, timeZone: string): string[] {
  const line = (sign: string, incident: ReplayedIncident) => {
    const { zone, subjects, raisedAt, startedAt, incidentId } = incident;
    const verdict = verdicts.get(incidentId)?.verdict;
    const after = durationText(raisedAt - startedAt);
    return `  ${sign} ${siteTime(raisedAt, timeZone)}  ${zone}  ${subjects[0]?.class ?? ''} after ${after}  ${incidentId}${verdict === undefined ? '' : `  ${verdict}`}`;
  };
  const changes = [
    ...answer.removed.map((incident) => line('-', incident)),
    ...answer.added.map((incident) => line('+', incident)),
  ];
  if (changes.length === 0) return [];
  const stretch = `${siteTime(answer.from, timeZone)} to ${siteTime(answer.to, timeZone)}`;
  const more = changes.length > most ? [`  … and ${changes.length - most} more: --json has them`] : [];
  return ['', `camera ${answer.camera}, ${stretch}`, ...changes.slice(0, most), ...more];
}
