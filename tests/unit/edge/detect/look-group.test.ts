import { describe, expect, test } from 'vitest';
import type { Severity } from '../../../../src/domain/scene-id.ts';
import { inputShare, LookGroups, type Waiting } from '../../../../src/edge/detect/look-group.ts';
import { loadManifest } from '../../../../src/edge/detect/model-manifest.ts';

interface Named extends Waiting {
  readonly name: string;
}
const waits = (name: string, share: number, queuedAt = 0, severity: Severity = 2): Named => ({
  name,
  share,
  queuedAt,
  priority: { severity, deadlineMs: 0 },
});
const groups = (options: { capacity?: number; size?: number; maxWaitMs?: number } = {}) =>
  new LookGroups<Named>({ capacity: 64, size: 1, maxWaitMs: 40, ...options });
const names = (group: Named[] | undefined) => group?.map(({ name }) => name);

describe('which looks go together', () => {
  test('nothing waits: nothing goes', () => {
    expect(groups().next(0, false)).toBeUndefined();
    expect(groups().dueInMs(0)).toBeUndefined();
  });

  test('a look that fills the input goes at once', () => {
    const waiting = groups();
    waiting.push(waits('a', 0.8));
    expect(names(waiting.next(0, false))).toEqual(['a']);
  });

  test('a small one waits for others, and not too long', () => {
    const waiting = groups();
    waiting.push(waits('a', 0.2, 100));
    waiting.push(waits('b', 0.2, 120));
    expect(waiting.next(139, false)).toBeUndefined();
    expect(waiting.dueInMs(139)).toBe(1);
    expect(waiting.next(140, true)).toBeUndefined();
    expect(names(waiting.next(140, false))).toEqual(['a', 'b']);
    expect(waiting.waiting).toBe(0);
  });

  test('the most urgent go first, with those that still fit', () => {
    const waiting = groups();
    waiting.push(waits('late', 0.5, 0, 3));
    waiting.push(waits('large', 0.7, 0, 2));
    waiting.push(waits('first', 0.4, 0, 1));
    expect(names(waiting.next(0, true))).toEqual(['first', 'late']);
    expect(names(waiting.next(40, false))).toEqual(['large']);
  });

  test('one that is larger than the group goes alone', () => {
    const waiting = groups();
    waiting.push(waits('tiles', 4, 0, 1));
    waiting.push(waits('small', 0.1));
    expect(names(waiting.next(0, true))).toEqual(['tiles']);
  });

  test('a provider that gains from batches waits for a batch', () => {
    const waiting = groups({ size: 4 });
    for (const name of ['a', 'b', 'c']) waiting.push(waits(name, 0.9));
    expect(waiting.next(0, true)).toBeUndefined();
    for (const name of ['d', 'e']) waiting.push(waits(name, 0.9));
    expect(names(waiting.next(0, true))).toEqual(['a', 'b', 'c', 'd']);
  });

  test('however small, only so many go in one message', () => {
    const waiting = groups();
    for (let index = 0; index < 40; index += 1) waiting.push(waits(String(index), 0.001));
    expect(waiting.next(0, true)).toHaveLength(32);
  });
});

describe('how much of a model input a look fills', () => {
  const manifest = loadManifest();
  const letterbox = manifest.models.find(({ input }) => input.fit === 'letterbox' && input.width === 416)?.input;
  const stretch = manifest.models.find(({ input }) => input.fit === 'stretch')?.input;
  if (letterbox === undefined || stretch === undefined) throw new Error('no such models');
  const picture = {
    width: 416,
    height: 234,
    format: 'bgr24' as const,
    data: new Uint8Array(0),
    sourceWidth: 640,
    sourceHeight: 360,
  };

  test('a small region: little; the whole picture: its area; nothing: nothing', () => {
    const share = (regions?: readonly (readonly [number, number, number, number])[]) =>
      inputShare({ picture, ...(regions && { regions }) }, { ...letterbox, height: 416 });
    expect(share([[0.4, 0.4, 0.5, 0.6]])).toBeLessThan(0.15);
    expect(share()).toBeGreaterThan(0.5);
    expect(share()).toBeLessThan(0.65);
    expect(share([])).toBe(0);
  });

  test('a stretched model takes one picture an input', () => {
    expect(inputShare({ picture, regions: [[0, 0, 0.1, 0.1]] }, stretch)).toBe(1);
  });
});
