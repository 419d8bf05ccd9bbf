import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeKeysIn } from '../../../src/cli/audit-files.ts';
import { AlertChain } from '../../support/alerts.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { tempDir } from '../../support/temp-dir.ts';

test.each([
  'node-1.pub',
  'node-1.pem.pub',
  'node-1.pem.retired-0123456789abcdef.pub',
  'node-1@2025.pub',
  'node-1@2025.pem.pub',
])('the key that sealed an alert is found under the name %s, beside newer ones', async (name) => {
  const dir = await tempDir('node-keys');
  const chain = new AlertChain({ node: 'node-1' });
  await writeFile(join(dir.path, name), chain.key.publicPem());
  await writeFile(join(dir.path, 'node-1@new.pub'), newSigningKey().publicPem());
  await writeFile(join(dir.path, 'node-2.pub'), newSigningKey().publicPem());
  await writeFile(join(dir.path, 'README'), 'no key');
  expect(nodeKeysIn(dir.path).check(chain.seal())).toBe('valid');
  expect(nodeKeysIn(dir.path).check(new AlertChain({ node: 'node-2' }).seal())).toBe('unknown-key');
  await dir.remove();
});
