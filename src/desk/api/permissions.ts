import type { Role } from '../../contracts/desk-api.ts';

/**
 * What a request may need; `override`: to close a ticket although no camera reported the scene cleared; `quarantine`: to
 * release or discard what was refused.
 */
export type Permission = 'read' | 'act' | 'override' | 'audit' | 'quarantine';

const granted: Readonly<Record<Role, readonly Permission[]>> = {
  dispatcher: ['read', 'act', 'override', 'audit'],
  responder: ['read', 'act'],
  auditor: ['read', 'audit', 'quarantine'],
  admin: ['read', 'act', 'override', 'audit', 'quarantine'],
};

/** Whether a role may do something. */
export function may(role: Role, permission: Permission): boolean {
  return granted[role].includes(permission);
}
