import type { FarmProcess } from '../../tests/support/farm-process.ts';
import { type IngestChild, pause } from './ingest-child.ts';

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
  /** Connections tried in each second from the kill on. */
  readonly attempts: readonly number[];
}

/** Kills the farm under all its cameras, starts it again, and waits until all are back. */
export async function measureOutage(child: IngestChild, farm: FarmProcess, cameras: number): Promise<Outage> {
  await pause(settleS * 1000);
  const before = await child.report();
  const killedAt = Math.floor(Date.now() / 1000);
  await farm.kill();
  await pause(outageS * 1000);
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
    attempts: Array.from({ length: seconds }, (_, second) => after.attempts[String(killedAt + second)] ?? 0),
  };
}
