import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byUrgency, type LookPriority } from '../../../../src/domain/look.ts';
import type { Severity } from '../../../../src/domain/scene-id.ts';
import { LookHeap, type Waiter } from '../../../../src/edge/schedule/look-heap.ts';

interface Item extends Waiter {
  severity: Severity;
  deadlineMs: number;
}

const severity = fc.constantFrom<Severity>(1, 2, 3, 4);
const step = fc.record({
  do: fc.constantFrom('add', 'remove', 'move', 'take'),
  which: fc.nat(19),
  severity,
  deadlineMs: fc.nat(1_000),
});

function act(heap: LookHeap<Item>, inside: Set<Item>, item: Item, step: { action: string } & LookPriority): void {
  const { action, severity, deadlineMs } = step;
  if (action === 'add' || action === 'move') {
    Object.assign(item, { severity, deadlineMs });
    heap.moved(item);
  }
  if (action === 'add') {
    heap.add(item);
    inside.add(item);
  } else if (action !== 'move') {
    heap.remove(item);
    inside.delete(item);
  }
}

test('the heap’s first is always the most urgent of those in it, whatever comes, goes and changes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new LookHeap<Item>();
      const items: Item[] = Array.from({ length: 20 }, () => ({ severity: 4, deadlineMs: 0, place: -1 }));
      const inside = new Set<Item>();
      for (const { do: action, which, ...urgency } of steps) {
        const item = action === 'take' ? heap.first : items[which];
        if (item === undefined) continue;
        act(heap, inside, item, { action, ...urgency });
        const [best] = [...inside].sort(byUrgency);
        expect(heap.size).toBe(inside.size);
        expect(heap.first === undefined ? undefined : [heap.first.severity, heap.first.deadlineMs]).toEqual(
          best && [best.severity, best.deadlineMs],
        );
      }
    }),
  );
});
