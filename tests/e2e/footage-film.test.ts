import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clipPictures, Film } from '../../scripts/footage/film.ts';
import { pictureSize } from '../../scripts/footage/picture-size.ts';
import { psnr } from '../../scripts/footage/psnr.ts';
import { createSensor } from '../../scripts/footage/sensor.ts';
import { Random } from '../../scripts/footage/stage/random.ts';
import { tempDir } from '../support/temp-dir.ts';

const { width, height } = pictureSize;

/** A bright square wandering over a slope of grey, seen by a noisy sensor. */
function picture(index: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) rgb.fill(60 + y / 4, y * width * 3, (y + 1) * width * 3);
  for (let y = 100; y < 160; y += 1) rgb.fill(200, (y * width + index * 6) * 3, (y * width + index * 6 + 60) * 3);
  createSensor(new Random(3), 'dusk').expose(rgb, width, height, index);
  return rgb;
}

describe('a film', () => {
  const pictures = Array.from({ length: 30 }, (_, index) => picture(index));
  let folder: Awaited<ReturnType<typeof tempDir>>;
  const file = (name: string) => join(folder.path, name);

  beforeAll(async () => {
    folder = await tempDir('film');
    for (const name of ['one.mp4', 'same.mp4']) {
      const film = await Film.create();
      for (const each of pictures) await film.add(each);
      expect(await film.encode(file(name))).toMatchObject({ tries: 1 });
      await film.remove();
    }
  });
  afterAll(() => folder.remove());

  test('gives the same bytes for the same pictures', async () => {
    expect((await readFile(file('one.mp4'))).equals(await readFile(file('same.mp4')))).toBe(true);
  });

  test('is what a street camera sends: main profile, a keyframe every two seconds, nothing out of order', async () => {
    const fields = 'stream=codec_name,profile,has_b_frames,width,height,r_frame_rate:frame=pict_type';
    const probe = ['-v', 'error', '-show_entries', fields, '-of', 'json', file('one.mp4')];
    const { stdout } = await promisify(execFile)('ffprobe', [...probe, '-show_frames', '-show_streams']);
    const { streams, frames } = JSON.parse(stdout) as { streams: object[]; frames: { pict_type: string }[] };
    expect(streams).toMatchObject([
      { codec_name: 'h264', profile: 'Main', has_b_frames: 0, width, height, r_frame_rate: '10/1' },
    ]);
    expect(frames.map(({ pict_type }) => pict_type).join('')).toBe(`I${'P'.repeat(19)}I${'P'.repeat(9)}`);
  });

  test('brings its parameter sets with every keyframe', async () => {
    const bytes = await readFile(file('one.mp4'));
    const clip = bytes.subarray(bytes.indexOf('mdat') + 4);
    let sets = 0;
    // Units with their length before them, one after the other.
    for (let at = 0; at + 4 < clip.length; at += 4 + clip.readUInt32BE(at))
      if (((clip[at + 4] ?? 0) & 31) === 7) sets += 1;
    expect(sets).toBe(2);
  });

  test('is coded once more where it is too large, by rate', async () => {
    const film = await Film.create();
    for (const each of pictures) await film.add(each);
    const most = Math.floor((await readFile(file('one.mp4'))).length / 2);
    const { bytes, tries } = await film.encode(file('small.mp4'), most);
    await expect(film.encode(file('tiny.mp4'), 2_000)).rejects.toThrow(/tiny.mp4: \d+ bytes, more than 2000/);
    await film.remove();
    expect(tries).toBe(2);
    expect(bytes).toBeLessThanOrEqual(most);
    expect(bytes).toBeGreaterThan(most * 0.5);
  });

  test('holds its index in front, so that it plays while it loads', async () => {
    const bytes = await readFile(file('one.mp4'), 'latin1');
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  });

  test('shows what was put in, picture by picture', async () => {
    const shown = await clipPictures(file('one.mp4'), 10);
    expect(shown).toHaveLength(3);
    for (const [index, rgb] of shown.entries()) {
      expect(psnr(pictures[index * 10] ?? rgb, rgb)).toBeGreaterThan(26);
      expect(psnr(pictures[index * 10 + 5] ?? rgb, rgb)).toBeLessThan(psnr(pictures[index * 10] ?? rgb, rgb));
    }
  });
});
