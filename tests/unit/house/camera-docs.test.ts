import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cameraColumns } from '../../../src/edge/camera-columns.ts';

const page = readFileSync(new URL('../../../docs/cameras.md', import.meta.url), 'utf8');

test('docs/cameras.md names every column of a camera table', () => {
  for (const { name } of cameraColumns) expect(page).toContain(`\`${name}\``);
});
