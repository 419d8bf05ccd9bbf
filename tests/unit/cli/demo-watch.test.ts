import { beforeEach, describe, expect, test } from 'vitest';
import { DemoWatch } from '../../../src/cli/demo-watch.ts';
import type { CameraState } from '../../../src/domain/camera.ts';
import { demoTake, listedTicket } from '../../support/demo-takes.ts';

const takes = ['fire_smoke', 'person_down'].flatMap((scene) => [demoTake(scene), demoTake(scene, true)]);
const clipMs = 40_000;
let told: string[];
let watch: DemoWatch;
beforeEach(() => {
  told = [];
  watch = new DemoWatch({ takes, lengthMs: () => clipMs, tell: (line) => told.push(line) });
});

const all = (kind: 'streaming' | 'connecting', only = takes) =>
  new Map(
    only.map(({ camera }): [typeof camera.id, CameraState] => [
      camera.id,
      kind === 'streaming' ? { kind, since: 0 } : { kind, attempt: 1 },
    ]),
  );

describe('near misses are seen whole', () => {
  test('only after a whole play and the time a rule may still take', () => {
    watch.cameras(all('streaming'), 0);
    watch.cameras(all('streaming'), clipMs);
    expect(watch.stillPlaying).toBe(2);
    watch.cameras(all('streaming'), clipMs + 5_000);
    expect(watch.stillPlaying).toBe(0);
  });

  test('a stream that breaks begins its clip again', () => {
    watch.cameras(all('streaming'), 0);
    watch.cameras(all('connecting'), 30_000);
    watch.cameras(all('streaming'), 31_000);
    watch.cameras(all('streaming'), 31_000 + clipMs);
    expect(watch.stillPlaying).toBe(2);
    watch.cameras(all('streaming'), 36_000 + clipMs);
    expect(watch.stillPlaying).toBe(0);
  });

  test('one whose camera is never there is never seen', () => {
    const without = takes.filter(({ path }) => path !== '/person_down.near');
    for (const at of [0, clipMs * 3]) watch.cameras(all('streaming', without), at);
    expect(watch.stillPlaying).toBe(1);
  });
});

describe('tickets', () => {
  test('each scene counts once, all of its tickets are worked, in whatever order the desk lists them', () => {
    watch.look([listedTicket(3, 'fire_smoke'), listedTicket(2, 'person_down'), listedTicket(1, 'fire_smoke')]);
    expect(watch.tickets.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(told).toEqual([
      'fired   fire_smoke · fire_smoke.fires · ticket 1 · scene 1 of 2',
      'fired   person_down · person_down.fires · ticket 2 · scene 2 of 2',
      'fired   fire_smoke · fire_smoke.fires · ticket 3 · once more',
    ]);
  });

  test('a scene is over with any of its tickets: the first case may still go on', () => {
    watch.cameras(all('streaming'), 0);
    watch.cameras(all('streaming'), clipMs + 5_000);
    const others = [listedTicket(1, 'fire_smoke'), listedTicket(2, 'person_down', { state: 'CLOSED' })];
    watch.look([...others, listedTicket(3, 'fire_smoke', { state: 'ARRIVED' })]);
    expect(watch.done).toBe(false);
    watch.look([...others, listedTicket(3, 'fire_smoke', { state: 'CLOSED' })]);
    expect(watch.done).toBe(true);
    expect(told.at(-1)).toBe('closed  fire_smoke · ticket 3 · 2 of 2');
  });

  test('one on a near miss is no scene’s, and is told as what it is', () => {
    watch.look([listedTicket(1, 'fire_smoke', { near: true })]);
    expect(watch.tickets).toEqual([]);
    expect(told).toEqual(['FALSE ALARM  fire_smoke · fire_smoke.near, where nothing happens · ticket 1']);
  });

  test('a line for each step, none where nothing changed', () => {
    for (const state of ['DISPATCHED', 'SIGNED', 'SIGNED', 'CLOSED'] as const)
      watch.look([listedTicket(1, 'fire_smoke', { state })]);
    expect(told.slice(1)).toEqual([
      '        ticket 1 fire_smoke · DISPATCHED → SIGNED',
      'closed  fire_smoke · ticket 1 · 1 of 2',
    ]);
  });
});

test('done: every scene closed, and every near miss seen', () => {
  const closed = (number: number, scene: string) => listedTicket(number, scene, { state: 'CLOSED' });
  watch.look([closed(1, 'fire_smoke')]);
  watch.cameras(all('streaming'), 0);
  watch.cameras(all('streaming'), clipMs * 2);
  expect(watch.done).toBe(false);
  watch.look([closed(1, 'fire_smoke'), listedTicket(2, 'person_down')]);
  expect(watch.done).toBe(false);
  watch.look([closed(1, 'fire_smoke'), closed(2, 'person_down')]);
  expect(watch.done).toBe(true);
});
