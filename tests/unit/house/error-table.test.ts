import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from '../../../src/lib/error-codes.ts';

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');

test('docs/errors.md lists every code with its text, and no other', () => {
  const rows = [...page.matchAll(/^\| `(MB_[A-Z_]+)` \| (yes|no) \| (.+) \|$/gm)].map(([, code, retried, help]) => ({
    code,
    retried,
    help,
  }));
  const table = Object.entries(errorCodes).map(([code, { retryable, help }]) => ({
    code,
    retried: retryable ? 'yes' : 'no',
    help,
  }));
  expect(rows).toEqual(table);
});
