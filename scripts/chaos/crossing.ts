import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBatchName } from '../../src/gateway/transfer/batch-name.ts';
import { temporaryPrefix } from '../../src/lib/durable-file.ts';
import type { FuzzRandom } from '../fuzz/random.ts';

/** What the crossing does to a file, once. */
export type Mishap =
  | 'truncated'
  | 'corrupted'
  | 'mended-in-time'
  | 'duplicated'
  | 'reordered'
  | 'delayed'
  | 'lost'
  | 'copied-slowly';

/** What the crossing needs. */
export interface CrossingOptions {
  readonly drop: string;
  readonly inbox: string;
  /** What the desk's side wants to be carried back, and where to. */
  readonly back: { readonly from: string; readonly to: string };
  /** Where it keeps a copy of everything it carried. */
  readonly carried: string;
  /** The collecting gateway's spool, from which an operator sends again. */
  readonly spool: string;
  readonly random: FuzzRandom;
  /** Newest batch number that the desk has taken in, by sender. */
  readonly taken: (sender: string) => number;
  /** Whether the desk has reported that this batch is missing. */
  readonly gapReported: (number: number) => boolean;
  readonly note: (what: string) => void;
}

const pollMs = 100;
/** A batch that the desk still lacks after so long, without anything on its way, is sent again by the operator. */
const resendAfterMs = 8_000;
/** The desk reports a missing batch after four seconds, unless it is down or asleep meanwhile. */
const reportWithinMs = 60_000;

/**
 * The one-way crossing: carries files from the drop folder to the inbox, as a light gate does, and can be told to do it
 * badly. Beside it an operator, who sends again what the desk turns out to lack.
 */
export class Crossing {
  readonly #options: CrossingOptions;
  readonly #mishaps: { mishap: Mishap; settle: (name: string | undefined) => void }[] = [];
  readonly #work = new Set<Promise<void>>();
  /** Files that are not in the drop folder any more and not in the inbox yet. */
  readonly #underWay = new Set<string>();
  readonly #lackedSince = new Map<string, { number: number; at: number }>();
  /** Everything carried, by sender and number. */
  readonly #names = new Map<string, Map<number, string>>();
  readonly #lost = new Set<number>();
  /** Lost batches whose gap the desk did not report for a minute. */
  readonly unreported = new Set<number>();
  /** Batches that something was done to, by number. */
  readonly touched = new Set<number>();
  resent = 0;
  carriedBack = 0;
  /** Batches sent again although the crossing had carried them well. */
  readonly resentUntouched: number[] = [];
  #running: Promise<void> | undefined;
  #stopped = false;
  #calm = false;

  constructor(options: CrossingOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    for (const dir of [this.#options.drop, this.#options.inbox, this.#options.carried])
      await mkdir(dir, { recursive: true });
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await Promise.all(this.#work);
  }

  /** Does this to the next file; resolves with its name, or undefined when the campaign ended before one came. */
  mishap(mishap: Mishap): Promise<string | undefined> {
    if (this.#calm) return Promise.resolve(undefined);
    return new Promise((settle) => this.#mishaps.push({ mishap, settle }));
  }

  /** From now on everything is carried well and what is held back is let go. */
  calm(): void {
    this.#calm = true;
    for (const { settle } of this.#mishaps.splice(0)) settle(undefined);
  }

  /** Whether nothing is on its way. */
  async quiet(): Promise<boolean> {
    const { drop, inbox } = this.#options;
    const waiting = [...(await readdir(drop)), ...(await readdir(inbox))].filter((name) => name.startsWith('mb-'));
    return waiting.length === 0 && this.#work.size === 0;
  }

  /** Puts any bytes into the inbox under a name. */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#patiently(async () => {
      const temporary = join(this.#options.inbox, `${temporaryPrefix}${name}`);
      await writeFile(temporary, bytes);
      await rename(temporary, join(this.#options.inbox, name));
    });
  }

  carriedBytes(name: string): Promise<Buffer> {
    return readFile(join(this.#options.carried, name));
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#sweep().catch(() => undefined);
      await this.#carryBack().catch(() => undefined);
      await this.#operate().catch(() => undefined);
      await pause(pollMs);
    }
  }

  async #sweep(): Promise<void> {
    const { drop, carried } = this.#options;
    const names = (await readdir(drop)).filter((name) => !name.startsWith('.')).sort();
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] ?? '';
      const from = join(drop, name);
      await copyFile(from, join(carried, name));
      const again = this.#underWay.has(name);
      this.#underWay.add(name);
      this.#remember(name);
      await rm(from);
      const order = again ? undefined : this.#mishaps.shift();
      if (order === undefined) await this.#deliver(name);
      else this.#begin(order.mishap, name, order.settle);
    }
  }

  /** Seldom something is lost on the way back, too; the far side asks again. */
  async #carryBack(): Promise<void> {
    const { from, to } = this.#options.back;
    await mkdir(to, { recursive: true });
    for (const name of (await readdir(from)).filter((each) => !each.startsWith('.'))) {
      const bytes = await readFile(join(from, name));
      await rm(join(from, name));
      if (!this.#calm && this.#options.random.next() < 0.1) continue;
      await writeFile(join(to, `${temporaryPrefix}${name}`), bytes);
      await rename(join(to, `${temporaryPrefix}${name}`), join(to, name));
      this.carriedBack += 1;
    }
  }

  #begin(mishap: Mishap, name: string, settle: (name: string) => void): void {
    const number = parseBatchName(name)?.number ?? 0;
    this.touched.add(number);
    this.#options.note(`crossing: batch ${number} ${mishap}`);
    const work = this.#mistreat(mishap, name)
      .catch((error: unknown) => this.#options.note(`crossing: ${mishap} ${name}: ${error}`))
      .finally(() => {
        this.#underWay.delete(name);
        this.#work.delete(work);
        settle(name);
      });
    this.#work.add(work);
  }

  async #mistreat(mishap: Mishap, name: string): Promise<void> {
    const { random } = this.#options;
    const bytes = await this.carriedBytes(name);
    switch (mishap) {
      case 'truncated':
        return this.#damaged(name, bytes.subarray(0, 1 + random.below(bytes.length - 1)));
      case 'corrupted': {
        const damaged = Buffer.from(bytes);
        const at = random.below(damaged.length);
        damaged[at] = (damaged[at] ?? 0) ^ 0x55;
        return this.#damaged(name, damaged);
      }
      case 'mended-in-time':
        await this.put(name, bytes.subarray(0, bytes.length >> 1));
        await pause(random.below(400));
        return this.#deliver(name);
      case 'duplicated':
        await this.#deliver(name);
        await this.#idle(random.below(4_000));
        return this.#deliver(name);
      case 'reordered':
        // Those behind it overtake it.
        return this.#idle(1_000 + random.below(3_000)).then(() => this.#deliver(name));
      case 'delayed':
        return this.#idle(5_000 + random.below(10_000)).then(() => this.#deliver(name));
      case 'lost':
        // The operator finds out by the gap that the desk reports.
        this.#lost.add(parseBatchName(name)?.number ?? 0);
        return;
      case 'copied-slowly':
        return this.#patiently(() => this.#copySlowly(name, bytes));
    }
  }

  /** A damaged copy first; the whole one when the far side has put that one away. */
  async #damaged(name: string, damaged: Uint8Array): Promise<void> {
    await this.put(name, damaged);
    for (;;) {
      const there = await stat(join(this.#options.inbox, name)).catch(() => undefined);
      if (there === undefined) break;
      await pause(pollMs);
    }
    return this.#deliver(name);
  }

  /** As `cp` does on a share: the file is there under its name and grows. */
  async #copySlowly(name: string, bytes: Uint8Array): Promise<void> {
    const file = await open(join(this.#options.inbox, name), 'w');
    try {
      const step = Math.max(1, Math.ceil(bytes.length / 8));
      for (let at = 0; at < bytes.length; at += step) {
        await file.write(bytes.subarray(at, at + step));
        await pause(60);
      }
    } finally {
      await file.close();
    }
  }

  async #deliver(name: string): Promise<void> {
    await this.put(name, await this.carriedBytes(name));
    this.#underWay.delete(name);
  }

  async #operate(): Promise<void> {
    const { taken, gapReported, inbox, drop } = this.#options;
    for (const [sender, names] of this.#names) {
      const number = taken(sender) + 1;
      const name = names.get(number);
      const onItsWay =
        name === undefined ||
        this.#underWay.has(name) ||
        (await exists(join(inbox, name))) ||
        (await exists(join(drop, name)));
      if (onItsWay) {
        this.#lackedSince.delete(sender);
        continue;
      }
      const known = this.#lackedSince.get(sender);
      if (known?.number !== number) this.#lackedSince.set(sender, { number, at: performance.now() });
      const forMs = known?.number === number ? performance.now() - known.at : 0;
      const awaitsReport = this.#lost.has(number) && !this.#calm && !gapReported(number);
      if (awaitsReport && forMs > reportWithinMs) this.unreported.add(number);
      if (forMs < resendAfterMs || (awaitsReport && !this.unreported.has(number))) continue;
      await this.#resend(name, number);
      this.#lackedSince.delete(sender);
    }
  }

  async #resend(name: string, number: number): Promise<void> {
    this.#options.note(`operator: batch ${number} sent again from the spool`);
    this.resent += 1;
    if (!this.touched.has(number)) this.resentUntouched.push(number);
    await this.put(name, await readFile(join(this.#options.spool, name)));
  }

  #remember(name: string): void {
    const { sender = '', number = 0 } = parseBatchName(name) ?? {};
    const names = this.#names.get(sender) ?? new Map<number, string>();
    this.#names.set(sender, names.set(number, name));
  }

  /** One of the files that are over; a whole copy beside a damaged one would mend it unseen. */
  anyCarried(): string | undefined {
    const all = [...this.#names.values()].flatMap((each) => [...each.values()]);
    const names = all.filter((name) => !this.#underWay.has(name));
    return names.length === 0 ? undefined : this.#options.random.pick(names);
  }

  /** Tries until it works: the inbox may be full. */
  async #patiently(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'ENOSPC' || this.#stopped) throw error;
        await pause(200);
      }
    }
  }

  async #idle(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (performance.now() < until && !this.#calm) await pause(50);
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
