import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { scenesPage } from '../../../scripts/scenes-page.ts';
import { sceneIds } from '../../../src/domain/scene-id.ts';
import { sceneModules } from '../../../src/edge/scene/registry.ts';

test('docs/scenes.md is what `npm run docs` writes', () => {
  expect(readFileSync(new URL('../../../docs/scenes.md', import.meta.url), 'utf8')).toBe(scenesPage());
});

test('every published scene has its module, and the other way round', () => {
  expect(sceneModules.map(({ id }) => id)).toEqual(sceneIds);
});

describe.each(sceneModules.map((module) => [module.id, module] as const))('%s', (_id, module) => {
  const { properties } = z.toJSONSchema(module.schema, { io: 'input' }) as {
    properties: Record<string, { description?: string; default?: unknown; type?: string; unit?: string }>;
  };

  test('every field says what it is; durations have their unit in name and schema', () => {
    for (const [name, field] of Object.entries(properties)) {
      expect(field.description, name).toMatch(/\.$/);
      expect(name.endsWith('Ms'), name).toBe(field.unit === 'ms');
    }
  });

  test('zones are all that must be given', () => {
    expect(module.schema.safeParse({ zones: ['z'] }).error).toBeUndefined();
  });

  test('its reasons are told in both languages, with the same values', () => {
    const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const [code, { en, zh }] of Object.entries(module.reasons)) expect(values(zh), code).toEqual(values(en));
  });
});
