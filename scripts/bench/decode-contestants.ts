import type { AccessUnit } from '../../src/domain/access-unit.ts';
import type { DecoderPool } from '../../src/edge/decode/decoder-pool.ts';
import { cpuSeconds, round } from './bench.ts';
import { decodeAll, decodeContinuously, StillCameras } from './decode-task.ts';
import { runContinuousFfmpeg, runFfmpeg, runFluentFfmpeg } from './ffmpeg-process.ts';

/** Who decodes what: keyframes in the first six, the film in the last two. */
export type Contestant = 'pool' | 'unfiltered' | 'still' | 'pictured' | 'ffmpeg' | 'fluent' | 'film' | 'ffmpegFilm';

/** What all of them work on. */
export interface DecodeTask {
  readonly pool: DecoderPool;
  /** The same, but for the deblocking filter. */
  readonly unfiltered: DecoderPool;
  readonly keyframes: readonly AccessUnit[];
  readonly film: readonly AccessUnit[];
  /** A picture of every n-th unit of the film. */
  readonly every: number;
  /** The same bytes, for processes. */
  readonly files: { readonly keyframes: string; readonly film: string };
  readonly size: { readonly width: number; readonly height: number };
}

/** CPU seconds of each, round by round, each round in another order; a first round warms up and does not count. */
export async function compareDecoders(
  task: DecodeTask,
  rounds: number,
  say: (line: string) => void,
): Promise<Record<Contestant, number[]>> {
  const run = contestants(task);
  const order = Object.keys(run) as Contestant[];
  const seconds = Object.fromEntries(order.map((name) => [name, [] as number[]])) as Record<Contestant, number[]>;
  for (let index = 0; index <= rounds; index += 1) {
    for (const name of order) {
      const took = await run[name]();
      if (index > 0) seconds[name].push(took);
    }
    order.push(...order.splice(0, 3));
    const said = order.map((name) => `${name} ${round(seconds[name].at(-1) ?? 0)}`);
    if (index > 0) say(`round ${index}, CPU seconds: ${said.join(', ')}`);
  }
  return seconds;
}

function contestants(task: DecodeTask): Record<Contestant, () => Promise<number>> {
  const { pool, unfiltered, keyframes, film, every, files, size } = task;
  const still = new StillCameras();
  return {
    pool: () => own(() => decodeAll(pool, keyframes)),
    ffmpeg: async () => (await runFfmpeg({ file: files.keyframes, ...size })).cpuS,
    film: () => own(() => decodeContinuously(pool, film, every)),
    ffmpegFilm: async () => (await runContinuousFfmpeg({ file: files.film, ...size }, every)).cpuS,
    unfiltered: () => own(() => decodeAll(unfiltered, keyframes)),
    still: () => own(() => still.look(pool, keyframes, false)),
    pictured: () => own(() => still.look(pool, keyframes, true)),
    fluent: async () => {
      const { cpuS, pictures } = await runFluentFfmpeg({ file: files.keyframes, ...size });
      if (pictures !== keyframes.length) throw new Error(`${pictures} of ${keyframes.length} came through the pipe`);
      return cpuS;
    },
  };
}

async function own(work: () => Promise<unknown>): Promise<number> {
  const cpu = process.cpuUsage();
  await work();
  return cpuSeconds(cpu);
}
