import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { demoTakes } from '../../../src/cli/demo-takes.ts';
import { cameraSchema } from '../../../src/edge/camera-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maplebridge-takes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const camera = (id: string, path: string) =>
  cameraSchema.parse({
    ...{ id, name: `Camera ${id}`, division: '330503001', lat: 30.87, lon: 120.43 },
    ...{ stream: { url: `rtsp://127.0.0.1:8554/${path}` }, scenes: {} },
  });

test('a camera plays the clip its stream is named for', () => {
  for (const name of ['fire_smoke.fires', 'fire_smoke.near']) writeFileSync(join(folder, `${name}.mp4`), '');
  const cameras = [camera('1', 'fire_smoke.fires'), camera('2', 'fire_smoke.near')];
  expect(demoTakes({ cameras }, folder)).toEqual([
    {
      camera: { id: '1', name: 'Camera 1' },
      scene: 'fire_smoke',
      near: false,
      path: '/fire_smoke.fires',
      file: join(folder, 'fire_smoke.fires.mp4'),
    },
    expect.objectContaining({ scene: 'fire_smoke', near: true, path: '/fire_smoke.near' }),
  ]);
});

test('clips that are not there are named, all of them, with what to do', () => {
  const cameras = [camera('1', 'fire_smoke.fires'), camera('2', 'person_down.near')];
  expect(() => demoTakes({ cameras }, folder)).toThrow(
    /missing: .*fire_smoke\.fires\.mp4, .*person_down\.near\.mp4.*npm run footage -- clips/,
  );
});

test('a camera that is named for no clip is refused', () => {
  expect(() => demoTakes({ cameras: [camera('1', 'fire_smoke')] }, folder)).toThrow(
    /camera 1: "\/fire_smoke" is neither/,
  );
});
