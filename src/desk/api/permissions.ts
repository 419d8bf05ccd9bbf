import type { Role } from '../../contracts/desk-api.ts';

/** What a request may need. */
export type Permission = 'read' | 'act' | 'audit';

const granted: Readonly<Record<Role, readonly Permission[]>> = {
  dispatcher: ['read', 'act', 'audit'],
  responder: ['read', 'act'],
  auditor: ['read', 'audit'],
  admin: ['read', 'act', 'audit'],
};

/** Whether a role may do something. */
export function may(role: Role, permission: Permission): boolean {
  return granted[role].includes(permission);
}
