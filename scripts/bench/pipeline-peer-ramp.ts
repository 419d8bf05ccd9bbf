import { readFileSync } from 'node:fs';
import { pause } from './ingest-child.ts';
import { type PeerOptions, type PeerUrls, type PeerWindow, PipelinePeer, tellWindow } from './pipeline-peer.ts';

/** How the most cameras are sought. */
export interface PeerRamp extends Omit<PeerOptions, 'urls'> {
  /** The first so many cameras of the plan. */
  readonly urlsOf: (cameras: number) => PeerUrls;
  readonly first: number;
  readonly most: number;
  readonly windowS: number;
  readonly settleS?: number;
  /** Share of the looks that has to be on time, 0–1. */
  readonly heldShare?: number;
  readonly say?: (line: string) => void;
}

/** Once more cameras are not a twelfth more, the search is over. */
const fineness = 1 / 12;
/** A machine without memory measures its swap. */
const spareMb = 2_000;

/** As many cameras as hold, with all windows in order of trying; `held` is the largest that held. */
export async function rampPeer(ramp: PeerRamp): Promise<{ held: PeerWindow | undefined; tried: PeerWindow[] }> {
  const { urlsOf, first, most, heldShare = 0.98, say = () => {} } = ramp;
  const tried: PeerWindow[] = [];
  const holds = async (cameras: number) => {
    const window = await measureOnce({ ...ramp, urls: urlsOf(cameras) });
    if (window === undefined)
      say(`a process a camera, ${cameras} cameras: do not all stream, or do not fit into memory`);
    else say(tellWindow(window));
    if (window !== undefined) tried.push(window);
    return window !== undefined && window.onTime >= heldShare;
  };
  const cameras = await seekMost(holds, { first, most });
  return { held: tried.findLast((window) => window.cameras === cameras), tried };
}

/** The largest number that holds, to a twelfth: doubled until it does not, then halved in between; 0 where none does. */
export async function seekMost(
  holds: (count: number) => Promise<boolean>,
  { first, most }: { readonly first: number; readonly most: number },
): Promise<number> {
  let held = 0;
  let tooMany = most + 1;
  let next = Math.min(first, most);
  while (tooMany - held > Math.max(1, held * fineness)) {
    if (await holds(next)) held = next;
    else tooMany = next;
    const doubled = held > 0 && tooMany > most;
    next = doubled ? Math.min(most, held * 2) : Math.max(held + 1, Math.round((held + tooMany) / 2));
    if (held >= most) break;
  }
  return held;
}

/** One number of cameras; undefined where they do not fit into memory or never all stream. */
async function measureOnce(
  options: PeerOptions & { readonly windowS: number; readonly settleS?: number },
): Promise<PeerWindow | undefined> {
  const { urls, windowS, settleS = 15 } = options;
  const cameras = urls.idle.length + urls.busy.length;
  const peer = PipelinePeer.start(options);
  try {
    const seen = await peer.streaming(30_000 + cameras * 500);
    if (seen < cameras || availableMb() < spareMb) return undefined;
    await pause(settleS * 1000);
    return await peer.measure(windowS);
  } finally {
    await peer.stop();
  }
}

function availableMb(): number {
  return Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1024;
}
