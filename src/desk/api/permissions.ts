import type { Role } from '../../contracts/desk-api.ts';

/**
 * What a request may need; `override`: to close a ticket although no camera reported the scene cleared; `quarantine`: to
 * release or discard what was refused; `settle`: to acknowledge and resolve integrity incidents.
 */
export type Permission = 'read' | 'act' | 'override' | 'audit' | 'quarantine' | 'integrity' | 'settle';

const granted: Readonly<Record<Role, readonly Permission[]>> = {
  dispatcher: ['read', 'act', 'override', 'audit', 'integrity'],
  responder: ['read', 'act'],
  auditor: ['read', 'audit', 'quarantine', 'integrity', 'settle'],
  admin: ['read', 'act', 'override', 'audit', 'quarantine', 'integrity', 'settle'],
};

/** Whether a role may do something. */
export function may(role: Role, permission: Permission): boolean {
  return granted[role].includes(permission);
}
