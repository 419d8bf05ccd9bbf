import type { Role } from '../contracts/desk-api.ts';
import { demoSecret } from '../lib/default-credentials.ts';
import { sha256 } from '../lib/hash.ts';

const roles: readonly Role[] = ['dispatcher', 'responder', 'auditor', 'admin'];

/** Who can sign in to the demo, with the tokens its start prints: public by nature, refused outside the demo. */
export const demoUsers: readonly { name: string; role: Role; token: string; tokenSha256: string }[] = roles.map(
  (role) => {
    const token = `${demoSecret}-${role}`;
    return { name: role, role, token, tokenSha256: sha256(token) };
  },
);
