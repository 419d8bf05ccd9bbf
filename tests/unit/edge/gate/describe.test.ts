import { expect, test } from 'vitest';
import type { Activity } from '../../../../src/domain/activity.ts';
import { describeActivity } from '../../../../src/edge/gate/describe.ts';

const still: Activity = { active: false, reason: 'still', changedShare: 0, regions: [] };

test.each([
  { activity: still, text: 'idle (still): nothing changed' },
  { activity: { ...still, reason: 'relit' as const }, text: 'idle (relit): only the light changed' },
  {
    activity: {
      active: true,
      reason: 'changed' as const,
      changedShare: 0.0123,
      regions: [[0.1, 0.2, 0.3, 0.4] as const],
    },
    text: 'active (changed): parts differ from what the camera usually shows; 1.2 % of the picture, in 10 %–30 % across 20 %–40 % down',
  },
])('$text', ({ activity, text }) => {
  expect(describeActivity(activity)).toBe(text);
});
