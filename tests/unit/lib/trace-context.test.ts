import { expect, test } from 'vitest';
import { newTraceparent, parseTraceparent, spanIdOf } from '../../../src/lib/trace-context.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

test.each([
  ['sampled', `00-${trace}-${span}-01`, { traceId: trace, spanId: span, sampled: true }],
  ['not sampled', `00-${trace}-${span}-00`, { traceId: trace, spanId: span, sampled: false }],
  ['other flags are left alone', `00-${trace}-${span}-03`, { traceId: trace, spanId: span, sampled: true }],
  [
    'a later version with more behind it',
    `01-${trace}-${span}-01-more`,
    { traceId: trace, spanId: span, sampled: true },
  ],
  ['version 0 with more behind it', `00-${trace}-${span}-01-more`, undefined],
  ['version ff', `ff-${trace}-${span}-01`, undefined],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-${span}-01`, undefined],
  ['a span id of zeros', `00-${trace}-${'0'.repeat(16)}-01`, undefined],
  ['upper case', `00-${trace.toUpperCase()}-${span}-01`, undefined],
  ['nothing', '', undefined],
])('%s', (_name, text, expected) => {
  expect(parseTraceparent(text)).toEqual(expected);
});

test('every hop has a span of its own, the same whoever names it', () => {
  const parent = parseTraceparent(newTraceparent());
  if (parent === undefined) throw new Error('a new traceparent is none');
  const ids = ['edge.decoded', 'edge.detected', 'gateway.collect'].map((hop) => spanIdOf(parent, hop));
  expect(new Set([...ids, parent.spanId]).size).toBe(4);
  expect(spanIdOf(parent, 'edge.decoded')).toBe(ids[0]);
  expect(ids.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
});
