import { describe, expect, test } from 'vitest';
import { CameraAttention } from '../../../../src/edge/camera-attention.ts';
import type { SceneDemand } from '../../../../src/edge/scene/camera-scenes.ts';

const config = { where: 'zones' as const, busyForMs: 20_000, fullPictureEveryMs: 300_000 };
const quiet: SceneDemand = { severity: 3, idleMs: 10_000, busyMs: 2_000, decisionInMs: undefined, openIncidents: 0 };
const still = false;
const changed = true;

describe('camera attention', () => {
  test('idle until something changes, busy until some time after the last change', () => {
    const attention = new CameraAttention(config);
    attention.note(still, 0);
    expect(attention.needs(quiet, 0).everyMs).toBe(10_000);
    attention.note(changed, 10_000);
    expect(attention.needs(quiet, 10_000).everyMs).toBe(2_000);
    attention.note(still, 12_000);
    expect(attention.needs(quiet, 29_999).everyMs).toBe(2_000);
    expect(attention.needs(quiet, 30_000).everyMs).toBe(10_000);
  });

  test.each([
    { decisionInMs: 250_000, everyMs: 10_000 },
    { decisionInMs: 7_000, everyMs: 7_000 },
    { decisionInMs: 300, everyMs: 2_000 },
  ])('a decision due in $decisionInMs ms is looked for after $everyMs ms', ({ decisionInMs, everyMs }) => {
    const attention = new CameraAttention(config);
    attention.note(still, 0);
    expect(attention.needs({ ...quiet, decisionInMs }, 60_000).everyMs).toBe(everyMs);
  });

  test('an open incident keeps a camera awake whose scenes are content with less', () => {
    const attention = new CameraAttention(config);
    expect(attention.needs({ ...quiet, idleMs: 60_000, openIncidents: 1 }, 0).everyMs).toBe(10_000);
    expect(attention.needs({ ...quiet, idleMs: 60_000 }, 0).everyMs).toBe(60_000);
  });

  test('a scene that asks for more than keyframes gets them all while its camera is busy, and only then', () => {
    const attention = new CameraAttention(config);
    const waterside = { ...quiet, severity: 1 as const, busyMs: 200 };
    expect(attention.needs(waterside, 0)).toMatchObject({ continuous: false, everyMs: 10_000 });
    attention.note(changed, 0);
    expect(attention.needs(waterside, 0)).toEqual({ severity: 1, continuous: true, everyMs: 200 });
  });

  test('the whole picture is due at first, from time to time, and after a look that failed', () => {
    const attention = new CameraAttention(config);
    expect(attention.fullPictureDue(0)).toBe(true);
    attention.noteFullPicture(0);
    expect(attention.fullPictureDue(299_999)).toBe(false);
    expect(attention.fullPictureDue(300_000)).toBe(true);
    attention.noteFullPicture(300_000);
    attention.wantFullPicture();
    expect(attention.fullPictureDue(300_001)).toBe(true);
  });

  test('the second whole picture comes sooner by the camera’s offset, the later ones at full intervals', () => {
    const attention = new CameraAttention(config, 0.2);
    attention.noteFullPicture(0);
    expect(attention.fullPictureDue(179_999)).toBe(false);
    expect(attention.fullPictureDue(180_000)).toBe(true);
    attention.noteFullPicture(180_000);
    expect(attention.fullPictureDue(479_999)).toBe(false);
    expect(attention.fullPictureDue(480_000)).toBe(true);
  });

  test('a clock set back keeps no camera busy and withholds no whole picture', () => {
    const attention = new CameraAttention(config);
    attention.note(changed, 1_000_000);
    attention.noteFullPicture(1_000_000);
    attention.note(still, 0);
    expect(attention.isBusy(20_000)).toBe(false);
    expect(attention.fullPictureDue(0)).toBe(true);
  });
});
