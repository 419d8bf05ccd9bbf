import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byUrgency } from '../../../../src/domain/look.ts';
import type { Severity } from '../../../../src/domain/scene-id.ts';
import { UrgencyQueue } from '../../../../src/edge/detect/urgency-queue.ts';

const item = (severity: Severity, deadlineMs: number, name = '') => ({ name, priority: { severity, deadlineMs } });

describe('a queue by urgency', () => {
  test('severity first, then the earlier deadline, then who came first', () => {
    const queue = new UrgencyQueue<ReturnType<typeof item>>(10);
    for (const each of [item(2, 5, 'a'), item(1, 9, 'b'), item(2, 1, 'c'), item(2, 5, 'd')]) queue.push(each);
    expect(queue.take(() => true).map(({ name }) => name)).toEqual(['b', 'c', 'a', 'd']);
    expect(queue.size).toBe(0);
  });

  test('full: the least urgent goes, which may be the newcomer', () => {
    const queue = new UrgencyQueue<ReturnType<typeof item>>(2);
    queue.push(item(2, 1, 'a'));
    queue.push(item(3, 1, 'b'));
    expect(queue.push(item(1, 1, 'c'))?.name).toBe('b');
    expect(queue.push(item(4, 1, 'd'))?.name).toBe('d');
    expect(queue.items.map(({ name }) => name)).toEqual(['c', 'a']);
  });

  test('takes only what is wanted and keeps the order of the rest', () => {
    const queue = new UrgencyQueue<ReturnType<typeof item>>(10);
    for (let deadline = 0; deadline < 6; deadline += 1) queue.push(item(2, deadline));
    const odd = queue.take(({ priority }) => priority.deadlineMs % 2 === 1);
    expect(odd.map(({ priority }) => priority.deadlineMs)).toEqual([1, 3, 5]);
    expect(queue.items.map(({ priority }) => priority.deadlineMs)).toEqual([0, 2, 4]);
  });

  test('always holds the most urgent ones, whatever comes', () => {
    const priority = fc.record({
      severity: fc.constantFrom<Severity>(1, 2, 3, 4),
      deadlineMs: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(priority), fc.integer({ min: 1, max: 8 }), (priorities, capacity) => {
        const queue = new UrgencyQueue<{ priority: (typeof priorities)[number] }>(capacity);
        const dropped = priorities.flatMap((each) => queue.push({ priority: each }) ?? []);
        const held = queue.items.map((each) => each.priority);
        expect(held).toEqual([...priorities].sort(byUrgency).slice(0, capacity));
        expect(dropped.length + held.length).toBe(priorities.length);
      }),
    );
  });
});
