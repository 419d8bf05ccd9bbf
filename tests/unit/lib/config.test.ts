import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { durationMs, parseConfig } from '../../../src/lib/config.ts';

const schema = z.strictObject({
  name: z.string(),
  cameras: z.array(
    z.strictObject({
      id: z.string(),
      dwellMs: durationMs({ min: 5_000, max: 3_600_000, default: 300_000, help: 'How long it must stand.' }),
    }),
  ),
});

function problemOf(text: string): string {
  try {
    parseConfig(text, schema, 'edge.yaml');
    return 'no problem';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('configuration', () => {
  test('fills defaults', () => {
    expect(parseConfig('name: a\ncameras: [{ id: c1 }]', schema, 'edge.yaml').cameras[0]?.dwellMs).toBe(300_000);
  });

  test.each([
    [
      'an unknown key',
      'dwelMs: 60000',
      'edge.yaml:4: cameras[0].dwelMs: unknown key; did you mean "dwellMs" (milliseconds)?',
    ],
    [
      'a key with another unit',
      'dwellSeconds: 60',
      'edge.yaml:4: cameras[0].dwellSeconds: unknown key; did you mean "dwellMs" (milliseconds)?',
    ],
    [
      'a value with a unit',
      'dwellMs: 300s',
      'edge.yaml:4: cameras[0].dwellMs: wrong unit: this field is a number of milliseconds; for 300s write 300000',
    ],
    [
      'seconds instead of ms',
      'dwellMs: 300',
      'edge.yaml:4: cameras[0].dwellMs: 300 ms is below the minimum of 5000 ms; if you meant 300 seconds, write 300000',
    ],
  ])('names file, line, path and a suggestion for %s', (_what, line, expected) => {
    expect(problemOf(`name: a\ncameras:\n  - id: c1\n    ${line}\n`)).toBe(expected);
  });

  test('reports every problem at once', () => {
    expect(problemOf('nam: a\ncameras: [{ id: 3 }]').split('\n')).toHaveLength(3);
  });

  test('says where YAML itself is broken', () => {
    expect(problemOf('name: [a')).toMatch(/^edge\.yaml: .*line 1/s);
  });
});

test.each([
  ['an alias without an anchor', 'name: *nobody'],
  [
    'aliases that unfold beyond measure',
    `a: &a [x,x]\nb: &b [${'*a,'.repeat(20)}]\nc: &c [${'*b,'.repeat(20)}]\nd: [${'*c,'.repeat(20)}]`,
  ],
])('%s is an unreadable file, not a crash', (_what, text) => {
  expect(() => parseConfig(text, schema, 'edge.yaml')).toThrow(
    expect.objectContaining({ code: 'MB_CONFIG_UNREADABLE', message: expect.stringContaining('edge.yaml: ') }),
  );
});
