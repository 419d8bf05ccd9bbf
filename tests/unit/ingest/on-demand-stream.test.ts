import { expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import type { LiveCamera } from '../../../src/edge/ingest/live-camera.ts';
import { OnDemandStream, type StreamViewer } from '../../../src/edge/ingest/on-demand-stream.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function streamUnderTest() {
  const clock = new FakeClock();
  const sessions: { viewer: Required<StreamViewer>; stopped: boolean }[] = [];
  const stream = new OnDemandStream({
    clock,
    make: (viewer): LiveCamera => {
      const session = { viewer, stopped: false };
      sessions.push(session);
      return {
        id: 'cam' as CameraId,
        state: { kind: 'idle' },
        recent: undefined,
        latestKeyframe: () => undefined,
        start: async () => undefined,
        stop: async () => {
          session.stopped = true;
        },
      };
    },
  });
  return { clock, sessions, stream };
}

const unit = {} as AccessUnit;
const viewer = () => {
  const units: AccessUnit[] = [];
  return { units, onAccessUnit: (each: AccessUnit) => void units.push(each) };
};

test('is open only while somebody needs it, and viewers share one session', () => {
  const { clock, sessions, stream } = streamUnderTest();
  expect([sessions.length, stream.state]).toEqual([0, undefined]);
  const [a, b] = [viewer(), viewer()];
  const leaveA = stream.view(a);
  const leaveB = stream.view(b);
  sessions[0]?.viewer.onAccessUnit(unit);
  leaveA();
  leaveA();
  sessions[0]?.viewer.onAccessUnit(unit);
  expect([sessions.length, a.units.length, b.units.length]).toEqual([1, 1, 2]);
  leaveB();
  clock.advance(4_999);
  expect(sessions[0]?.stopped).toBe(false);
  clock.advance(1);
  expect([sessions[0]?.stopped, stream.state]).toEqual([true, undefined]);
});

test('a viewer that comes while it lingers keeps it; one that comes later opens it anew', () => {
  const { clock, sessions, stream } = streamUnderTest();
  stream.view(viewer())();
  clock.advance(4_000);
  const leave = stream.view(viewer());
  clock.advance(60_000);
  expect([sessions.length, sessions[0]?.stopped]).toEqual([1, false]);
  leave();
  clock.advance(5_000);
  stream.view(viewer());
  expect(sessions).toHaveLength(2);
});

test('closing ends it for good', async () => {
  const { clock, sessions, stream } = streamUnderTest();
  const leave = stream.view(viewer());
  await stream.close();
  await stream.close();
  leave();
  stream.view(viewer());
  expect([sessions.length, sessions[0]?.stopped, clock.pending]).toEqual([1, true, 0]);
});
