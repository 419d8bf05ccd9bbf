import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { CameraId } from '../../src/domain/ids.ts';
import { type PictureSpec, releasePicture } from '../../src/domain/picture.ts';
import type { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { activityGate } from '../../src/edge/gate/activity-gate.ts';
import { gateSchema } from '../../src/edge/gate/config.ts';
import { clipUnits } from '../../tests/support/clip-units.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import { makeTestClip } from '../../tests/support/test-clip.ts';

/** What detectors get: the picture the bench asks for. */
export const benchSpec: PictureSpec = { width: 416, height: 416, fit: 'letterbox', format: 'bgr24' };

/** Cameras that have a look at work at the same time. */
const callers = 4;

/** Films decoded by one call of `decodeContinuously`. */
export const filmsAtOnce = 2;

/** Decodes keyframes a few at a time, each picture let go once it is there, as the pipeline does. */
export async function decodeAll(pool: DecoderPool, units: readonly AccessUnit[]): Promise<void> {
  await each(units, async (unit) => {
    const result = await pool.decode(unit, benchSpec);
    if (!result.ok) throw new Error(`a keyframe was not decoded: ${result.detail}`);
    releasePicture(result.picture);
  });
}

/**
 * Looks at cameras of which each always shows the same keyframe, so that its gate finds nothing once it knows it; with
 * `always` the pictures are scaled all the same. Remembers between calls.
 */
export class StillCameras {
  readonly #memories = new Map<AccessUnit, SharedArrayBuffer>();
  readonly #memoryBytes = activityGate(gateSchema.parse({})).memoryBytes;
  #at = 0;

  /** How many of the looks were found active. */
  async look(pool: DecoderPool, units: readonly AccessUnit[], always: boolean): Promise<number> {
    let active = 0;
    await each(units, async (unit) => {
      this.#at += 10;
      const result = await pool.look(unit, { specs: [benchSpec], memory: this.#memory(unit), always, at: this.#at });
      if (!result.ok) throw new Error(`a look failed: ${result.detail}`);
      for (const picture of result.pictures) releasePicture(picture);
      if (result.activity?.active === true) active += 1;
    });
    return active;
  }

  #memory(unit: AccessUnit): SharedArrayBuffer {
    const memory = this.#memories.get(unit) ?? new SharedArrayBuffer(this.#memoryBytes);
    this.#memories.set(unit, memory);
    return memory;
  }
}

/** Decodes a film continuously for several cameras side by side, a picture of every n-th unit; gives the pictures' number. */
export async function decodeContinuously(
  pool: DecoderPool,
  units: readonly AccessUnit[],
  every: number,
): Promise<number> {
  let pictures = 0;
  const cameras = Array.from({ length: filmsAtOnce }, (_, index) => `continuous-${index}` as CameraId);
  await Promise.all(
    cameras.map(async (cameraId) => {
      if (!pool.openStream(cameraId)) throw new Error('no stream to be had');
      for (const [at, unit] of units.entries()) {
        const ask = at % every === 0 ? { specs: [benchSpec], always: true, at: unit.receivedAt } : undefined;
        const result = await pool.feed({ ...unit, cameraId }, ask);
        if (result !== undefined && !result.ok) throw new Error(`not decoded: ${result.detail}`);
        for (const picture of result?.pictures ?? []) releasePicture(picture);
        if (result !== undefined) pictures += 1;
      }
      pool.closeStream(cameraId);
    }),
  );
  return pictures / filmsAtOnce;
}

/** A film of 640×352 to decode as a whole: real footage where the machine has it. */
export async function benchFilm(folder: string): Promise<readonly AccessUnit[]> {
  const footage = join(sharedDir ?? '', 'footage', 'street-parked.mp4');
  if (sharedDir !== undefined && existsSync(footage)) return clipUnits(footage, { fps: 15 });
  return clipUnits((await makeTestClip(folder, { seconds: 60 })).file);
}

async function each(units: readonly AccessUnit[], work: (unit: AccessUnit) => Promise<void>): Promise<void> {
  let next = 0;
  const take = async () => {
    for (let unit = units[next++]; unit !== undefined; unit = units[next++]) await work(unit);
  };
  await Promise.all(Array.from({ length: callers }, take));
}
