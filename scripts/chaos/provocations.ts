import type { DeskIncident } from './desk-watch.ts';

/** An integrity incident that the campaign has provoked. */
export interface Provocation {
  readonly what: string;
  /** Campaign time, ms. */
  readonly at: number;
  readonly matches: (incident: DeskIncident) => boolean;
  /** Whether it must be at the desk, or only may be (a file that was mended in time, unless its reader was asleep). */
  readonly required: boolean;
}

/** Every provocation, to be compared with what the desk holds. */
export class Provocations {
  readonly all: Provocation[] = [];

  add(provocation: Provocation): void {
    this.all.push(provocation);
  }

  /** Incidents that nobody provoked, and provocations that are not on record. */
  compare(incidents: readonly DeskIncident[]): { unprovoked: DeskIncident[]; missing: Provocation[] } {
    return {
      unprovoked: incidents.filter((incident) => !this.all.some((each) => each.matches(incident))),
      missing: this.all.filter((each) => each.required && !incidents.some((incident) => each.matches(incident))),
    };
  }
}

/** A file refused at the border. */
export const badFile = (name: string) => (incident: DeskIncident) =>
  incident.kind === 'bad-batch' && incident.detail.includes(name);

/** A batch reported missing, alone or in a run. */
export const missingBatch =
  (number: number) =>
  ({ kind, detail }: Pick<DeskIncident, 'kind' | 'detail'>) => {
    const [, alone, from, to] = /^batch(?: (\d+)|es (\d+) to (\d+)) of /.exec(detail) ?? [];
    return kind === 'gap' && number >= Number(alone ?? from) && number <= Number(alone ?? to);
  };
