import { defaultSecrets, demoSecret, refuseDefaults } from '../lib/default-credentials.ts';
import { sha256 } from '../lib/hash.ts';
import type { DeskConfig } from './config.ts';
import { demoUsers } from './demo-users.ts';

/** Hashes of tokens that everybody can read in this source. */
const publicTokens = new Set([
  ...demoUsers.map((user) => user.tokenSha256),
  ...[...defaultSecrets, ''].map((token) => sha256(token)),
]);

/** Refuses to run on default tokens and passwords outside the demo. @throws AppError MB_DEFAULT_KEYS. */
export function refuseDeskDefaults(
  config: DeskConfig,
  urls: { database: string | undefined; queue: string | undefined },
  demo: boolean,
): void {
  const found: Record<string, string | undefined> = {
    'desk: database.url password': passwordOf(urls.database),
    'desk: queue.url password': passwordOf(urls.queue),
  };
  config.users.forEach((user, index) => {
    found[`desk: users[${index}].tokenSha256`] = publicTokens.has(user.tokenSha256) ? demoSecret : undefined;
  });
  refuseDefaults(found, demo);
}

function passwordOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return decodeURIComponent(new URL(url).password) || undefined;
}
