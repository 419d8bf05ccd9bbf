import type { HandlingOutcome, TicketAction, TicketState } from './ticket.ts';

/** Where a ticket ends; `TO_POLICE` and `MERGED` go on elsewhere. */
const ended: readonly TicketState[] = ['CLOSED', 'CANCELLED', 'MERGED', 'TO_POLICE'];

/** The way forward from each state (design: desk.md, Lifecycle), without what every open state may do. */
const forward: Readonly<Record<TicketState, readonly TicketState[]>> = {
  RECEIVED: ['TRIAGED'],
  TRIAGED: ['DISPATCHED'],
  DISPATCHED: ['SIGNED', 'RETURNED'],
  SIGNED: ['DEPARTED', 'RETURNED'],
  DEPARTED: ['ARRIVED'],
  ARRIVED: ['HANDLING'],
  HANDLING: ['RESOLVED_ONSITE', 'JOINT_CONSULT', 'DIFFICULT', 'RETURNED'],
  RESOLVED_ONSITE: ['FEEDBACK'],
  JOINT_CONSULT: ['FEEDBACK'],
  DIFFICULT: ['FEEDBACK'],
  FEEDBACK: ['VERIFYING'],
  VERIFYING: ['CALLBACK'],
  CALLBACK: ['CLOSED'],
  CLOSED: ['REOPENED'],
  RETURNED: ['TRIAGED', 'TO_POLICE'],
  TO_POLICE: [],
  SUSPENDED: [],
  MERGED: [],
  CANCELLED: [],
  REOPENED: ['TRIAGED'],
};

/** What every open ticket may do besides. */
const aside: readonly TicketState[] = ['SUSPENDED', 'MERGED', 'CANCELLED'];

/** Steps that must say why. */
const needsReason: readonly TicketState[] = ['RETURNED', 'SUSPENDED', 'CANCELLED', 'REOPENED'];

/** Whether work on the ticket is still to come. */
export function isOpen(state: TicketState): boolean {
  return !ended.includes(state);
}

/** Whether the ticket was not yet taken over by anybody: clearing by itself now counts as self-resolved. */
export function isUnsigned(state: TicketState): boolean {
  return state === 'RECEIVED' || state === 'TRIAGED' || state === 'DISPATCHED';
}

/** Whether a step must carry a reason. */
export function mustSayWhy(to: TicketState): boolean {
  return needsReason.includes(to);
}

/** Whether one step is allowed. A suspended ticket resumes only where it stopped: `suspendedFrom`. */
export function isAllowed(from: TicketState, to: TicketState, suspendedFrom?: TicketState): boolean {
  if (from === 'SUSPENDED' && to === suspendedFrom) return true;
  if (isOpen(from) && aside.includes(to)) return from !== to;
  return forward[from].includes(to);
}

/** What the way of an action depends on. */
export interface PathContext {
  readonly outcome?: HandlingOutcome | undefined;
  /** Whether the camera reported the scene cleared. */
  readonly cleared: boolean;
  /** Whether somebody who may answers for closing although no camera said so. */
  readonly override?: boolean;
}

/** Steps from VERIFYING once the camera saw the scene cleared. */
export const verifiedPath: readonly TicketState[] = ['CALLBACK', 'CLOSED'];

/**
 * The steps a person's action stands for, in order; undefined when the state does not allow it.
 * Arriving implies having departed. Closing needs feedback, and goes to the end only when the scene is cleared or
 * somebody overrides the camera.
 */
export function pathFor(
  state: TicketState,
  action: TicketAction,
  context: PathContext,
): readonly TicketState[] | undefined {
  switch (action) {
    case 'sign':
      return state === 'DISPATCHED' ? ['SIGNED'] : undefined;
    case 'depart':
      return state === 'SIGNED' ? ['DEPARTED'] : undefined;
    case 'arrive':
      if (state === 'SIGNED') return ['DEPARTED', 'ARRIVED'];
      return state === 'DEPARTED' ? ['ARRIVED'] : undefined;
    case 'feedback': {
      const outcome = context.outcome ?? 'RESOLVED_ONSITE';
      if (state === 'ARRIVED') return ['HANDLING', outcome, 'FEEDBACK'];
      return state === 'HANDLING' ? [outcome, 'FEEDBACK'] : undefined;
    }
    case 'close':
      return closingPath(state, context);
  }
}

/** A camera that died or a zone that was removed never says `cleared`: then somebody must be able to answer for it. */
function closingPath(state: TicketState, { cleared, override }: PathContext): readonly TicketState[] | undefined {
  if (state === 'VERIFYING' && override === true) return verifiedPath;
  if (state !== 'FEEDBACK') return undefined;
  return cleared || override === true ? ['VERIFYING', ...verifiedPath] : ['VERIFYING'];
}
