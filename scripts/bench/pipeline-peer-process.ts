import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ResolvedModel } from '../../src/edge/detect/model-store.ts';
import { scheduleSchema } from '../../src/edge/schedule/config.ts';
import { createDueCounts, DueAccount, dueTerms } from '../../src/edge/schedule/due-account.ts';
import { pause } from './ingest-child.ts';
import type { PeerCounts, PeerOrder } from './pipeline-peer.ts';
import { type PeerFeed, pictureBytes, startFeed } from './pipeline-peer-ffmpeg.ts';

const idleEveryMs = 10_000;
const busyEveryMs = 2_000;
/** Processes are started this far apart: opening and probing a stream is not measured. */
const startEveryMs = 50;
const restartAfterMs = 1_000;
const sweepEveryMs = 500;
/** A picture has motion when one pixel in a hundred differs by this much from the one before. */
const motionDifference = 25;

/** The peer's process: reads all pipes, looks for motion, hands pictures of busy cameras to the detector. */
const counts = { idle: createDueCounts(), busy: createDueCounts() };
const totals = { seen: 0, ended: 0, detected: 0, detectS: 0, replaced: 0, motions: 0 };
const cameras: Camera[] = [];
/** Newest picture of each busy camera that waits for the detector, in order of arrival. */
const waiting = new Map<Camera, Picture>();
let inHand: { readonly camera: Camera; readonly arrivedMs: number } | undefined;
let detector: Worker | undefined;
let ending = false;

interface Picture {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly arrivedMs: number;
}

class Camera {
  readonly feed: PeerFeed;
  readonly #account: DueAccount;
  readonly #counts: ReturnType<typeof createDueCounts>;
  readonly #onPicture: (camera: Camera, picture: Picture) => void;
  #process: ChildProcess | undefined;
  #picture: Uint8Array<ArrayBuffer>;
  #filled = 0;
  #arrivedMs = 0;
  #seen = false;
  #previous: Uint8Array | undefined;

  constructor(feed: PeerFeed, onPicture: (camera: Camera, picture: Picture) => void) {
    this.feed = feed;
    this.#account = new DueAccount(dueTerms(feed.everyMs, scheduleSchema.parse({})));
    this.#counts = feed.input === undefined ? counts.idle : counts.busy;
    this.#onPicture = onPicture;
    this.#picture = new Uint8Array(pictureBytes(feed));
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  start(): void {
    if (ending) return;
    const child = startFeed(this.feed);
    this.#process = child;
    this.#filled = 0;
    child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk));
    child.on('error', () => {});
    child.once('close', () => {
      this.#process = undefined;
      totals.ended += 1;
      setTimeout(() => this.start(), restartAfterMs);
    });
  }

  async end(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    child.removeAllListeners('close');
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  decided(arrivedMs: number): void {
    this.#account.looked({ arrivedMs, decidedMs: performance.now() }, this.#counts, 'overloaded');
  }

  sweep(nowMs: number): void {
    if (this.#seen) this.#account.sweep(nowMs, this.#counts, 'no-picture');
  }

  /** Whether much differs from the picture before. */
  moved(picture: Uint8Array): boolean {
    const before = this.#previous;
    this.#previous = picture;
    if (before === undefined) return false;
    let changed = 0;
    for (let at = 0; at < picture.length; at += 1) {
      if (Math.abs((picture[at] ?? 0) - (before[at] ?? 0)) > motionDifference) changed += 1;
    }
    return changed * 100 > picture.length;
  }

  #take(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#filled === 0) this.#arrivedMs = performance.now();
      const part = chunk.subarray(at, at + this.#picture.length - this.#filled);
      this.#picture.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#picture.length) return;
      const data = this.#picture;
      this.#picture = new Uint8Array(data.length);
      this.#filled = 0;
      if (!this.#seen) totals.seen += 1;
      this.#seen = true;
      this.#onPicture(this, { data, arrivedMs: this.#arrivedMs });
    }
  }
}

function lookForMotion(camera: Camera, { data, arrivedMs }: Picture): void {
  if (camera.moved(data)) totals.motions += 1;
  camera.decided(arrivedMs);
}

function waitForDetector(camera: Camera, picture: Picture): void {
  if (waiting.delete(camera)) totals.replaced += 1;
  waiting.set(camera, picture);
  feedDetector();
}

function feedDetector(): void {
  if (inHand !== undefined) return;
  const [next] = waiting;
  if (next === undefined) return;
  const [camera, { data, arrivedMs }] = next;
  waiting.delete(camera);
  inHand = { camera, arrivedMs };
  detector?.postMessage({ picture: data }, [data.buffer]);
}

async function startDetector(model: ResolvedModel): Promise<void> {
  const worker = new Worker(new URL('./pipeline-peer-detector.ts', import.meta.url), { workerData: model });
  await once(worker, 'message');
  worker.on('message', (ms: number) => {
    totals.detected += 1;
    totals.detectS += ms / 1000;
    inHand?.camera.decided(inHand.arrivedMs);
    inHand = undefined;
    feedDetector();
  });
  detector = worker;
}

async function start({ urls, model, decode }: Extract<PeerOrder, { kind: 'start' }>): Promise<void> {
  await startDetector(model);
  const feedOf = (url: string, busy: boolean): PeerFeed => ({
    ...{ url, decode },
    everyMs: busy ? busyEveryMs : idleEveryMs,
    input: busy ? model.entry.input : undefined,
  });
  const idle = urls.idle.map((url) => new Camera(feedOf(url, false), lookForMotion));
  const busy = urls.busy.map((url) => new Camera(feedOf(url, true), waitForDetector));
  setInterval(() => {
    for (const camera of cameras) camera.sweep(performance.now());
  }, sweepEveryMs);
  for (const camera of [...busy, ...idle]) {
    cameras.push(camera);
    camera.start();
    await pause(startEveryMs);
  }
}

process.on('message', (order: PeerOrder) => {
  if (order.kind === 'start') return void start(order);
  const pids = cameras.flatMap(({ pid }) => pid ?? []);
  const answer: PeerCounts = { ...totals, ...counts, pids };
  process.send?.(answer);
});
process.on('disconnect', async () => {
  ending = true;
  await Promise.all(cameras.map((camera) => camera.end()));
  process.exit(0);
});
