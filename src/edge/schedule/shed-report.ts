import type { Severity } from '../../domain/scene-id.ts';
import type { ClassAdmission } from './admit.ts';

/** What the cameras of one severity are for the report. */
export interface ClassCensus {
  readonly cameras: number;
  readonly shed: number;
  /** Of those that want continuous decode, how many do not get it. */
  readonly withoutContinuous: number;
}

/** What is shed, as sentences for people; none when nothing is. Classes without cameras are left out. */
export function shedReport(
  plan: readonly ClassAdmission[],
  census: (severity: Severity) => ClassCensus,
): readonly string[] {
  return plan.flatMap(({ severity, stretch, share, continuousShare }) => {
    const { cameras, shed, withoutContinuous } = census(severity);
    if (cameras === 0) return [];
    const said: string[] = [];
    if (share === 0) said.push(`not looked at (${shed} cameras)`);
    else {
      if (stretch > 1) said.push(`looked at every ${stretch}× their interval`);
      if (share < 1) said.push(`${shed} of ${cameras} cameras not looked at, by turns`);
    }
    if (continuousShare < 1 && withoutContinuous > 0) {
      said.push(`${withoutContinuous} busy ${withoutContinuous === 1 ? 'camera' : 'cameras'} at keyframes only`);
    }
    return said.length === 0 ? [] : [`overloaded: severity ${severity}: ${said.join(', ')}`];
  });
}

/** Names what is shed without its counts, which change all the time: another name is a change worth a line of log. */
export function shedName(plan: readonly ClassAdmission[]): string {
  return plan
    .map(({ severity, stretch, share, continuousShare }) => {
      const looks = share === 0 ? 'shed' : share < 1 ? 'partly' : `×${stretch}`;
      return `${severity}:${looks}${continuousShare < 1 ? '-keyframes' : ''}`;
    })
    .join(' ');
}
