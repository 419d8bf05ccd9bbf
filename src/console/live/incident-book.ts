import type { IntegrityCase, IntegrityOverview, IntegrityState } from '../../contracts/integrity-case.ts';
import type { Severity } from '../../domain/scene-id.ts';

/** Incidents kept in the page; those at work stay longest. */
export const incidentBookLimit = 1_000;

/** The integrity incidents the page knows. */
export interface IncidentBook {
  /** Open ones first, then acknowledged ones; the gravest, then the latest first. */
  readonly cases: readonly IntegrityCase[];
  /** Open ones past the end of the last list. */
  readonly unlistedOpen: number;
  /** False until the first list has come: nothing known is then not yet nothing wrong. */
  readonly loaded: boolean;
}

/** What can happen to the book. */
export type IncidentEvent =
  | { readonly kind: 'list'; readonly overview: IntegrityOverview }
  | { readonly kind: 'case'; readonly incident: IntegrityCase };

/** A book before anything was heard. */
export const emptyIncidentBook: IncidentBook = { cases: [], unlistedOpen: 0, loaded: false };

const stateOrder = ['open', 'acknowledged', 'resolved'] as const satisfies readonly IntegrityState[];

/** Takes in the desk's list or one streamed case; the two may overtake each other, so per case the later version wins. */
export function updateIncidents(book: IncidentBook, event: IncidentEvent): IncidentBook {
  const incoming = event.kind === 'list' ? event.overview.cases : [event.incident];
  const byId = new Map(book.cases.map((incident) => [incident.id, incident]));
  for (const incident of incoming) {
    const known = byId.get(incident.id);
    if (known === undefined || isLater(incident, known)) byId.set(incident.id, incident);
  }
  return {
    cases: [...byId.values()].sort(mostPressingFirst).slice(0, incidentBookLimit),
    unlistedOpen: event.kind === 'list' ? unlisted(event.overview) : book.unlistedOpen,
    loaded: book.loaded || event.kind === 'list',
  };
}

/** Cases nobody has seen to yet. */
export function countOpen({ cases, unlistedOpen }: IncidentBook): number {
  return cases.filter(({ state }) => state === 'open').length + unlistedOpen;
}

/** Of the open cases, how grave the gravest is (1 is gravest). */
export function gravestOpen({ cases }: IncidentBook): Severity | undefined {
  return cases.find(({ state }) => state === 'open')?.severity;
}

/** Without a report a case only moves on, and each report raises the count: the two together are its version. */
function isLater(incoming: IntegrityCase, known: IntegrityCase): boolean {
  if (incoming.count !== known.count) return incoming.count > known.count;
  return stateOrder.indexOf(incoming.state) > stateOrder.indexOf(known.state);
}

function unlisted({ open, cases }: IntegrityOverview): number {
  return Math.max(0, open - cases.filter(({ state }) => state === 'open').length);
}

function mostPressingFirst(a: IntegrityCase, b: IntegrityCase): number {
  return (
    stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) ||
    a.severity - b.severity ||
    b.lastAt - a.lastAt ||
    b.number - a.number
  );
}
