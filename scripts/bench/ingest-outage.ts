import type { CoverageRecord } from '../../src/contracts/node-messages.ts';
import type { FarmProcess } from '../../tests/support/farm-process.ts';
import { type IngestChild, pause } from './ingest-child.ts';

/** A camera's loss is noticed within this: sockets are read every 200 ms, states are passed on between threads. */
const noticeMs = 1_500;
/** How long the server is away. */
const outageS = 10;
const settleS = 20;
/** Back is expected within 30 s; beyond this something is wrong. */
const limitMs = 120_000;

/** What killing and restarting the server did. */
export interface Outage {
  readonly outageS: number;
  /** From the moment the server listens again until every camera streams. */
  readonly backS: number;
  readonly rssBeforeMb: number;
  readonly rssAfterMb: number;
  /** Cameras whose blindness account holds the whole outage, without a hole. */
  readonly accounted: number;
  /** Connections tried in each second from the kill on. */
  readonly attempts: readonly number[];
}

/** Kills the farm under all its cameras, starts it again, and waits until all are back. */
export async function measureOutage(child: IngestChild, farm: FarmProcess, cameras: number): Promise<Outage> {
  await pause(settleS * 1000);
  const before = await child.report();
  const killedMs = Date.now();
  const killedAt = Math.floor(killedMs / 1000);
  await farm.kill();
  await pause(outageS * 1000);
  const restartedMs = Date.now();
  await farm.start();
  const backMs = await child.streaming(cameras, limitMs);
  await pause(settleS * 1000);
  const after = await child.report();
  const seconds = Math.ceil(outageS + backMs / 1000) + 2;
  return {
    outageS,
    backS: backMs / 1000,
    rssBeforeMb: before.rssMb,
    rssAfterMb: after.rssMb,
    accounted: after.blindNow === 0 ? countAccounted(after.blind, killedMs, restartedMs) : 0,
    attempts: Array.from({ length: seconds }, (_, second) => after.attempts[String(killedAt + second)] ?? 0),
  };
}

/** Cameras with unbroken intervals from the moment the loss could be noticed until the server was started again. */
function countAccounted(blind: readonly CoverageRecord[], killedMs: number, restartedMs: number): number {
  const byCamera = Map.groupBy(
    blind.filter(({ to }) => to > killedMs),
    ({ camera }) => camera,
  );
  let complete = 0;
  for (const intervals of byCamera.values()) {
    let reached = killedMs + noticeMs;
    for (const { from, to } of intervals.sort((a, b) => a.from - b.from)) {
      if (from <= reached) reached = Math.max(reached, to);
    }
    if (reached >= restartedMs) complete += 1;
  }
  return complete;
}
