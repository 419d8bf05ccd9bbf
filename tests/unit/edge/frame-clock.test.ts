import { describe, expect, test } from 'vitest';
import type { AccessUnit } from '../../../src/domain/access-unit.ts';
import type { CameraId } from '../../../src/domain/ids.ts';
import { FrameClock } from '../../../src/edge/frame-clock.ts';

const unit = (ptsMs: number, receivedAt: number): AccessUnit => ({
  cameraId: 'c' as CameraId,
  codec: 'h264',
  keyframe: true,
  data: Buffer.alloc(0),
  rtpTimestamp: 0,
  ntpMs: undefined,
  ptsMs,
  receivedAt,
});

const timesOf = (...units: AccessUnit[]) => {
  const clock = new FrameClock();
  return units.map((each) => clock.timeOf(each));
};

describe('frame clock', () => {
  test('steps are the camera’s, whatever the arrival jitter', () => {
    expect(timesOf(unit(0, 1000), unit(2000, 3012), unit(4000, 4996), unit(6000, 7007))).toEqual([
      1000, 3000, 5000, 7000,
    ]);
  });

  test('is set again once it strays from the node’s clock', () => {
    expect(timesOf(unit(0, 1000), unit(2000, 3501), unit(4000, 5490))).toEqual([1000, 3501, 5501]);
  });

  test('a new session starts anew', () => {
    expect(timesOf(unit(50_000, 1000), unit(52_000, 3000), unit(0, 3100))).toEqual([1000, 3000, 3100]);
  });

  test('follows the node’s clock when that is set', () => {
    expect(timesOf(unit(0, 1000), unit(2000, 3_603_000))).toEqual([1000, 3_603_000]);
  });
});
