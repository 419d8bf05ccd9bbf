/** States of a ticket (design: desk.md, Lifecycle). */
export const ticketStates = [
  'RECEIVED',
  'TRIAGED',
  'DISPATCHED',
  'SIGNED',
  'DEPARTED',
  'ARRIVED',
  'HANDLING',
  'RESOLVED_ONSITE',
  'JOINT_CONSULT',
  'DIFFICULT',
  'FEEDBACK',
  'VERIFYING',
  'CALLBACK',
  'CLOSED',
  'RETURNED',
  'TO_POLICE',
  'SUSPENDED',
  'MERGED',
  'CANCELLED',
  'REOPENED',
] as const;

/** One state of a ticket. */
export type TicketState = (typeof ticketStates)[number];

/** How handling ended. */
export type HandlingOutcome = 'RESOLVED_ONSITE' | 'JOINT_CONSULT' | 'DIFFICULT';

/** Steps a person takes by REST. */
export const ticketActions = ['sign', 'depart', 'arrive', 'feedback', 'close'] as const;

/** One step a person takes. */
export type TicketAction = (typeof ticketActions)[number];
