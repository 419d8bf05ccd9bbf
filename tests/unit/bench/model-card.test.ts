import { expect, test } from 'vitest';
import { withPart } from '../../../scripts/bench/model-card.ts';

const card = '# Card\n\nBy hand.\n\n<!-- bench:a -->\nold\n<!-- /bench:a -->\n\nMore by hand.\n';

test('a part is replaced, what stands round it stays, and again gives the same', () => {
  const next = withPart(card, 'a', 'new\n');
  expect(next).toBe(card.replace('old', 'new'));
  expect(withPart(next ?? '', 'a', 'new')).toBe(next);
});

test.each([
  ['of which there are no markers', card],
  ['whose end stands before its beginning', '<!-- /bench:b --> <!-- bench:b -->'],
])('a part %s is not written', (_, text) => expect(withPart(text, 'b', 'new')).toBeUndefined());
