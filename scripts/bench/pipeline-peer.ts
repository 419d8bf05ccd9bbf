import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ResolvedModel } from '../../src/edge/detect/model-store.ts';
import type { DueCounts } from '../../src/edge/schedule/due-account.ts';
import { pause } from './ingest-child.ts';
import type { PeerDecode } from './pipeline-peer-ffmpeg.ts';
import { type ProcessUse, processUse } from './proc.ts';

const script = fileURLToPath(new URL('./pipeline-peer-process.ts', import.meta.url));

/** The cameras: idle ones are looked at every 10 s, busy ones at every keyframe, 2 s. */
export interface PeerUrls {
  readonly idle: readonly string[];
  readonly busy: readonly string[];
}

/** What the peer is started with. */
export interface PeerOptions {
  readonly urls: PeerUrls;
  /** A float32 model with fixed input size. */
  readonly model: ResolvedModel;
  readonly decode?: PeerDecode;
}

/** Parent → process. */
export type PeerOrder =
  | { readonly kind: 'start'; readonly urls: PeerUrls; readonly model: ResolvedModel; readonly decode: PeerDecode }
  | { readonly kind: 'report' };

/** What the process has counted since it began. */
export interface PeerCounts {
  /** Cameras that have sent a picture. */
  readonly seen: number;
  /** FFmpeg processes that run now. */
  readonly pids: readonly number[];
  /** Processes that ended and were started again. */
  readonly ended: number;
  readonly busy: DueCounts;
  readonly idle: DueCounts;
  /** Pictures the detector took, and its time. */
  readonly detected: number;
  readonly detectS: number;
  /** Pictures of busy cameras that a newer one took the place of. */
  readonly replaced: number;
  /** Pictures of idle cameras with motion in them. */
  readonly motions: number;
}

/** Looks due, and what became of them. */
export interface PeerLooks {
  readonly due: number;
  readonly onTime: number;
  /** Taken, and decided too late. */
  readonly late: number;
  readonly missedIdle: number;
  readonly missedBusy: number;
}

/** The peer in a window of time. */
export interface PeerWindow {
  readonly cameras: number;
  readonly seconds: number;
  /** User and system time of all its processes. */
  readonly cores: number;
  /** The part of the FFmpeg processes. */
  readonly ffmpegCores: number;
  readonly processes: number;
  readonly rssMb: number;
  /** Pages that processes share count once. */
  readonly pssMb: number;
  readonly looks: PeerLooks;
  /** Share of the looks due that were taken and decided in time, 0–1, as the node counts its own. */
  readonly onTime: number;
  readonly detectMs: number;
  readonly ended: number;
  readonly replaced: number;
}

/**
 * The usual way, as recorders like Frigate do it: one FFmpeg process a camera, scaled raw pictures through a pipe into one
 * process, which runs the same model bare on each picture of a busy camera and a motion check on those of an idle one.
 * Generous to it: FFmpeg skips all but keyframes (`decode: 'keyframes'`), a look's time begins at its first byte in the
 * pipe, boxes are neither read nor followed, nothing is judged or stored.
 */
export class PipelinePeer {
  readonly #child: ChildProcess;
  readonly #cameras: number;

  private constructor(child: ChildProcess, cameras: number) {
    this.#child = child;
    this.#cameras = cameras;
  }

  /** Begins to start one process a camera; see `streaming`. */
  static start({ urls, model, decode = 'keyframes' }: PeerOptions): PipelinePeer {
    const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const order: PeerOrder = { kind: 'start', urls, model, decode };
    child.send(order);
    return new PipelinePeer(child, urls.idle.length + urls.busy.length);
  }

  /** Waits until every camera has sent a picture, or the limit; resolves with how many have. */
  async streaming(limitMs: number): Promise<number> {
    const began = performance.now();
    for (;;) {
      const { seen } = await this.#report();
      if (seen >= this.#cameras || performance.now() - began > limitMs) return seen;
      await pause(500);
    }
  }

  /** Measures so many seconds. */
  async measure(windowS: number): Promise<PeerWindow> {
    const before = await this.#report();
    const usedBefore = this.#uses(before.pids);
    const began = performance.now();
    await pause(windowS * 1000);
    const after = await this.#report();
    const usedAfter = this.#uses(after.pids);
    const seconds = (performance.now() - began) / 1000;
    const cpuS = (pid: number) => (usedAfter.get(pid)?.cpuS ?? 0) - (usedBefore.get(pid)?.cpuS ?? 0);
    const own = this.#child.pid ?? 0;
    const ffmpegS = [...usedAfter.keys()].filter((pid) => pid !== own).reduce((sum, pid) => sum + cpuS(pid), 0);
    const sum = (pick: (use: ProcessUse) => number) => [...usedAfter.values()].reduce((all, use) => all + pick(use), 0);
    const grown = (pick: (counts: PeerCounts) => number) => pick(after) - pick(before);
    const missed = ({ missed: by }: DueCounts) => Object.values(by).reduce((all, count) => all + count, 0);
    const looks: PeerLooks = {
      due: grown(({ busy, idle }) => busy.due + idle.due),
      onTime: grown(({ busy, idle }) => busy.onTime + idle.onTime),
      late: grown(({ busy, idle }) => busy.late + idle.late),
      missedIdle: grown(({ idle }) => missed(idle)),
      missedBusy: grown(({ busy }) => missed(busy)),
    };
    return {
      ...{ cameras: this.#cameras, seconds, processes: usedAfter.size },
      cores: (ffmpegS + cpuS(own)) / seconds,
      ffmpegCores: ffmpegS / seconds,
      rssMb: sum(({ rssMb }) => rssMb),
      pssMb: sum(({ pssMb }) => pssMb),
      looks,
      onTime: looks.onTime / looks.due,
      detectMs: (grown(({ detectS }) => detectS) * 1000) / grown(({ detected }) => detected),
      ended: grown(({ ended }) => ended),
      replaced: grown(({ replaced }) => replaced),
    };
  }

  /** Ends all its processes. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    // It ends its FFmpeg processes, then itself.
    this.#child.disconnect();
    await gone;
  }

  #uses(pids: readonly number[]): Map<number, ProcessUse> {
    const uses = new Map<number, ProcessUse>();
    for (const pid of [this.#child.pid ?? 0, ...pids]) {
      const use = processUse(pid);
      if (use !== undefined) uses.set(pid, use);
    }
    return uses;
  }

  async #report(): Promise<PeerCounts> {
    const over = new AbortController();
    const { signal } = over;
    const order: PeerOrder = { kind: 'report' };
    try {
      const answer = Promise.race([
        once(this.#child, 'message', { signal }),
        once(this.#child, 'exit', { signal }).then(() => Promise.reject(new Error('the peer ended'))),
      ]);
      this.#child.send(order);
      return (await answer)[0] as PeerCounts;
    } finally {
      over.abort();
    }
  }
}

/** One window in a line. */
export function tellWindow(window: PeerWindow): string {
  const { cameras, cores, ffmpegCores, rssMb, pssMb, onTime, looks, detectMs, ended, replaced } = window;
  return (
    `a process a camera, ${cameras} cameras: ${cores.toFixed(2)} cores (FFmpeg ${ffmpegCores.toFixed(2)}), ` +
    `${Math.round(rssMb)} MB RSS, ${Math.round(pssMb)} MB PSS, ${(onTime * 100).toFixed(1)} % of ${looks.due} looks on time (${looks.late} late, ${looks.missedIdle} idle and ${looks.missedBusy} busy missed), ` +
    `${detectMs.toFixed(1)} ms a picture, ${replaced} replaced, ${ended} ended`
  );
}
