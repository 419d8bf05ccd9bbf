import { cpuSeconds } from './bench.ts';

/** One way of doing `count` things. */
export interface Way {
  readonly name: string;
  readonly count: number;
  run(): Promise<void>;
}

/** What a way took, a value a round. */
export interface Taken {
  readonly perSecond: number[];
  /** CPU milliseconds of the whole process for one thing. */
  readonly cpuMs: number[];
}

/** Does each way once a round, in changing order, after one round that is not counted. */
export async function inRounds(ways: readonly Way[], rounds: number): Promise<ReadonlyMap<string, Taken>> {
  const taken = new Map(ways.map(({ name }) => [name, { perSecond: [], cpuMs: [] } as Taken]));
  for (let round = -1; round < rounds; round += 1) {
    const order = round % 2 === 0 ? ways : [...ways].reverse();
    for (const way of order) {
      const began = performance.now();
      const used = process.cpuUsage();
      await way.run();
      if (round < 0) continue;
      const elapsedMs = performance.now() - began;
      taken.get(way.name)?.cpuMs.push((cpuSeconds(used) * 1000) / way.count);
      taken.get(way.name)?.perSecond.push((way.count * 1000) / elapsedMs);
    }
  }
  return taken;
}
