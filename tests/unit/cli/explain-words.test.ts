import { describe, expect, test } from 'vitest';
import { noteText } from '../../../src/cli/explain-words.ts';
import { sceneModules } from '../../../src/edge/scene/registry.ts';
import { commonReasons } from '../../../src/edge/scene/rule/rule-trace.ts';

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
const note = (code: string, values?: Readonly<Record<string, number | string>>) =>
  ({ scene: 'illegal_parking', verdict: 'waits', code, values }) as const;

describe('words of explain', () => {
  const reasons = sceneModules.flatMap(({ id, reasons }) =>
    Object.entries(reasons).map((each) => [id, ...each] as const),
  );

  test.each([...reasons, ...Object.entries(commonReasons).map((each) => ['every scene', ...each] as const)])(
    '%s: %s is told with the same measures in both languages',
    (_scene, _code, { en, zh }) => {
      expect(placeholders(zh)).toEqual(placeholders(en));
      expect([en.trim(), zh.trim()]).toEqual([en, zh]);
    },
  );

  test('durations are as people read them, measures have three places, and words of a scene go before common ones', () => {
    expect(noteText(note('dwells', { dwellMs: 200_000, neededMs: 300_000 }), 'en')).toBe(
      'in the zone for 3 min 20 s of 5 min',
    );
    expect(noteText(note('dwells', { dwellMs: 200_000, neededMs: 300_000 }), 'zh')).toBe('已停留 3 分 20 秒，需 5 分');
    expect(noteText(note('score-low', { score: 0.29803, least: 0.3 }), 'en')).toBe('score 0.298 below 0.3');
  });

  test('a code without words, or a measure that is missing, is not hidden', () => {
    expect(noteText(note('brand-new', { count: 3 }), 'en')).toBe('brand-new count=3');
    expect(noteText(note('dwells', { dwellMs: 1_000 }), 'en')).toBe('in the zone for 1 s of ?');
  });
});
