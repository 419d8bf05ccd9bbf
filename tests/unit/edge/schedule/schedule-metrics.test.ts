import { expect, test } from 'vitest';
import type { CameraId } from '../../../../src/domain/ids.ts';
import { scheduleSchema } from '../../../../src/edge/schedule/config.ts';
import { LookScheduler } from '../../../../src/edge/schedule/look-scheduler.ts';
import { onTimeShare } from '../../../../src/edge/schedule/schedule-status.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { Metrics } from '../../../../src/lib/metrics.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { keyframeOf, settle } from '../../../support/look-box.ts';

test('what is shed is in the metrics, in the log once a change, and in health’s words', async () => {
  const clock = new FakeClock();
  const metrics = new Metrics();
  const lines: { code?: string; problems?: string[]; msg: string }[] = [];
  const log = createLogger('test', { write: (line) => void lines.push(JSON.parse(line)) });
  log.level = 'info';
  const camera = 'cam' as CameraId;
  const scheduler = new LookScheduler({
    slots: 2,
    config: scheduleSchema.parse({}),
    clock,
    log,
    metrics,
    // A look of a second and a half, every two seconds: more than a thread of the detector may plan with, less than it has.
    perform: async (unit) => ({ result: 'decided', at: unit.receivedAt, decodeMs: 4, detectMs: 1_900 }),
    pace: () => {},
  });
  await scheduler.start(new AbortController().signal);
  scheduler.add(camera, { severity: 3, everyMs: 2_000, continuous: false });
  for (let look = 0; look < 10; look += 1) {
    scheduler.offer(keyframeOf(camera, clock.now()));
    await settle();
    clock.advance(2_000);
  }
  expect(scheduler.status().problems).toEqual(['overloaded: severity 3: looked at every 2× their interval']);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ code: 'MB_OVERLOADED', problems: scheduler.status().problems });
  expect(onTimeShare(scheduler.status())).toBe(1);
  const text = await metrics.registry.metrics();
  for (const line of [
    'maplebridge_schedule_looks_total{severity="3",result="decided"} 10',
    'maplebridge_schedule_due_total{severity="3"} 10',
    'maplebridge_schedule_on_time_total{severity="3"} 10',
    'maplebridge_schedule_stretch{severity="3"} 2',
    'maplebridge_schedule_stretch{severity="4"} 0',
    'maplebridge_schedule_shed_cameras{severity="3"} 0',
    'maplebridge_schedule_lateness_seconds_count{severity="3"} 10',
    'maplebridge_schedule_waiting 0',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).toMatch(/maplebridge_schedule_utilisation\{resource="detector"\} (0\.[5-9]|1)/);
  await scheduler.stop();
});
