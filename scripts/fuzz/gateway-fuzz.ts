import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { AlertEvent } from '../../src/contracts/alert-event.ts';
import type { Sha256 } from '../../src/domain/ids.ts';
import { Collector } from '../../src/gateway/collect/collector.ts';
import { CoverageLedger } from '../../src/gateway/collect/coverage-ledger.ts';
import { Journal } from '../../src/gateway/collect/journal.ts';
import { Delivery } from '../../src/gateway/deliver/delivery.ts';
import { decodeBatch, encodeBatch } from '../../src/gateway/transfer/batch-format.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { canonicalJson, sha256 } from '../../src/lib/hash.ts';
import { KeyRing, SigningKey } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { MemoryTicketIntake } from '../../tests/support/memory-ticket-intake.ts';
import type { FuzzFinding } from './fuzz.ts';
import { GatewayCorpus } from './gateway-corpus.ts';
import { LiveMemory } from './live-memory.ts';
import { mutate } from './mutate.ts';
import { FuzzRandom } from './random.ts';

/** Figures of a run against the gateway. */
export interface GatewayFuzzReport {
  readonly seed: number;
  readonly runs: number;
  readonly seconds: number;
  readonly inputs: { readonly messages: number; readonly batchFiles: number; readonly batchRecords: number };
  /** Good alerts sent between the bad messages, and how many of them, and of nothing else, came out at the desk. */
  readonly good: { readonly sent: number; readonly atTheDesk: number };
  /** From a good message to its place in the journal, behind all that was bad before it. */
  readonly slowestGoodMs: number;
  /**
   * JavaScript objects and buffers in use (`liveBytes`) with all messages worked off, from a quarter of the inputs on;
   * `bytesPerInput` stayed behind for each.
   */
  readonly heapMb: {
    readonly early: number;
    readonly end: number;
    readonly samples: readonly number[];
    readonly bytesPerInput: number;
  };
  readonly findings: readonly FuzzFinding[];
}

/** A good alert goes in between so many bad messages. */
const goodEvery = 50;
/** The heart of the machine is a disk that syncs; what takes longer than this is a stall. */
const stallMs = 10_000;
const maxFindings = 5;
/**
 * More than this for each input is a leak. Some 130 in a run of 1,500 inputs are none, and fewer in a longer one: what the
 * gateway keeps by name is bounded but fills in its course, code that becomes hot notes types, and the run's own list of
 * good alerts grows.
 */
export const leakBytesPerInput = 256;

/** The two halves of the gateway on a folder of their own, without broker and without border. */
export class GatewayFuzz {
  readonly #dir = mkdtempSync(join(tmpdir(), 'maplebridge-fuzz-'));
  readonly #random: FuzzRandom;
  readonly #corpus: GatewayCorpus;
  readonly #journal: Journal;
  readonly #ledger: CoverageLedger;
  readonly #collector: Collector;
  readonly #intake = new MemoryTicketIntake();
  readonly #delivery: Delivery;
  readonly #sender = new SigningKey(generateKeyPairSync('ed25519').privateKey);
  /** Alert → hash of it: the alerts themselves would be most of the memory that is watched. */
  readonly #good = new Map<string, Sha256>();
  #recent: AlertEvent[] = [];
  #atTheDesk = 0;
  readonly #findings: FuzzFinding[] = [];
  #run = 0;
  #batch = 0;
  #slowestGoodMs = 0;

  constructor(seed: number) {
    this.#random = new FuzzRandom(seed);
    this.#corpus = new GatewayCorpus(this.#random);
    const { site, keys } = this.#corpus;
    const at = (name: string) => join(this.#dir, name);
    const [clock, metrics] = [systemClock, new Metrics()];
    this.#journal = new Journal({ path: at('journal.db'), quarantineRows: 500, clock });
    this.#ledger = new CoverageLedger({ path: at('coverage.db'), clock });
    // What the gateway itself calls an error is one here: bad input is to be counted and set aside, not to fail.
    const log = createLogger('fuzz', { write: (line: string) => this.#heard(line) });
    log.level = 'error';
    const common = { keys, clock, log, metrics };
    const broker = { url: 'mqtt://127.0.0.1:9', username: 'nobody', password: 'nothing' };
    const evidence = new ContentStore(at('evidence'));
    this.#collector = new Collector({
      ...common,
      site,
      broker,
      journal: this.#journal,
      coverage: this.#ledger,
      evidence,
    });
    this.#delivery = new Delivery({ ...common, intake: this.#intake, evidence: new ContentStore(at('delivered')) });
  }

  /** Throws nothing: what goes wrong is a finding. */
  async go(runs: number): Promise<Omit<GatewayFuzzReport, 'seed'>> {
    this.#journal.open();
    this.#ledger.open();
    const started = performance.now();
    const inputs = { messages: 0, batchFiles: 0, batchRecords: 0 };
    const memory = new LiveMemory();
    const [warmUp, step] = [Math.ceil(runs / 4), Math.ceil(runs / 16)];
    for (this.#run = 0; this.#run < runs && this.#findings.length < maxFindings; this.#run += 1) {
      if (this.#run % goodEvery === 0) await this.#sayTheTruth();
      if (this.#run >= warmUp && (this.#run - warmUp) % step === 0) await this.#measure(memory);
      const kind = this.#run % 8;
      const what = kind === 6 ? 'batchFiles' : kind === 7 ? 'batchRecords' : 'messages';
      inputs[what] += 1;
      await this.#input(what);
    }
    await this.#measure(memory);
    await this.#collector.stop();
    const atTheDesk = await this.#cross();
    this.#journal.close();
    this.#ledger.close();
    rmSync(this.#dir, { recursive: true });
    const seconds = Math.round(performance.now() - started) / 1000;
    const good = { sent: this.#good.size, atTheDesk };
    const slowestGoodMs = Math.round(this.#slowestGoodMs);
    const samples = memory.samplesMb;
    const [early, end] = [samples[0] ?? 0, samples.at(-1) ?? 0];
    const heapMb = { early, end, samples, bytesPerInput: memory.bytesPerInput };
    return { runs: this.#run, seconds, inputs, good, slowestGoodMs, heapMb, findings: this.#findings };
  }

  /** Between two messages, when all before are worked off: what is left then is what the gateway keeps. */
  async #measure(memory: LiveMemory): Promise<void> {
    await this.#sayTheTruth();
    memory.sample(this.#run);
  }

  async #input(what: keyof GatewayFuzzReport['inputs']): Promise<void> {
    try {
      if (what === 'messages') await this.#message();
      else if (what === 'batchFiles') await this.#batchFile();
      else await this.#batchRecords();
    } catch (error) {
      this.#found(what, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  async #message(): Promise<void> {
    const message = this.#corpus.bad();
    await this.#collector.accept(message);
  }

  /** A good alert, and the wait until it and its picture are on disk, behind whatever is in the queue. */
  async #sayTheTruth(): Promise<void> {
    const { event, messages } = this.#corpus.next();
    const [picture] = event.data.evidence;
    this.#good.set(event.id, sha256(canonicalJson(event)));
    this.#recent = [...this.#recent.slice(-19), event];
    const begun = performance.now();
    for (const message of messages) await this.#collector.accept(message);
    const stored = () => picture === undefined || this.#journal.evidenceState(picture.sha256) === 'stored';
    while (this.#journal.held(event.data.sequence) !== 'same' || !stored()) {
      if (performance.now() - begun > stallMs) {
        this.#found('stall', `alert ${event.data.sequence.n} or its picture is not on disk after ${stallMs} ms`);
        return;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#slowestGoodMs = Math.max(this.#slowestGoodMs, performance.now() - begun);
  }

  /** A batch file with damage: it is refused, or it is what it was. */
  async #batchFile(): Promise<void> {
    const event = this.#random.pick(this.#recent);
    const lines = [JSON.stringify({ type: 'alert', collectedAt: systemClock.now(), event })];
    const { bytes } = await encodeBatch(
      { sender: `${this.#sender.keyId}.01234567`, number: 1, createdAt: 1, lines, evidence: [] },
      this.#sender,
    );
    const input = mutate(Buffer.from(bytes), this.#random, Buffer.from(bytes));
    const decoded = await decodeBatch(input, new KeyRing([this.#sender.publicPem()]), 1e7);
    if (decoded.ok && !isDeepStrictEqual(decoded.batch.lines, lines))
      this.#found('batch-file', 'other lines than were signed', input);
  }

  /** A batch that is well signed and holds what it should not: as if the collecting gateway were not to be trusted. */
  async #batchRecords(): Promise<void> {
    const events = this.#recent.slice(-4);
    const lines = events.flatMap((event) => {
      const line = JSON.stringify({ type: 'alert', collectedAt: systemClock.now(), event });
      return this.#random.below(2) === 0 ? [this.#corpus.badLine(line)] : [this.#corpus.badLine(line), line];
    });
    await this.#deliver(lines);
  }

  async #deliver(lines: readonly string[]): Promise<void> {
    this.#batch += 1;
    const sender = `${this.#sender.keyId}.01234567`;
    const sealed = await encodeBatch({ sender, number: this.#batch, createdAt: 1, lines, evidence: [] }, this.#sender);
    const decoded = await decodeBatch(Buffer.from(sealed.bytes), new KeyRing([this.#sender.publicPem()]), 1e9);
    if (!decoded.ok) throw new Error(`a batch of our own is refused: ${decoded.detail}`);
    await this.#delivery.take(decoded.batch);
    // The desk has a database for these.
    this.#intake.integrity.length = 0;
    this.#intake.refused.length = 0;
    for (const { event } of this.#intake.taken.splice(0)) {
      this.#atTheDesk += 1;
      if (sha256(canonicalJson(event)) !== this.#good.get(event.id))
        this.#found('desk', `an alert that nobody sent: ${event.id}`);
    }
  }

  /** All that is in the journal, to the desk; says how many good alerts are there in the end. */
  async #cross(): Promise<number> {
    const content = this.#journal.peek({ records: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER });
    const lines = content?.records.map(({ line }) => line) ?? [];
    const ids = new Set(lines.flatMap((line) => JSON.parse(line).event?.id ?? []));
    for (const id of ids) if (!this.#good.has(id)) this.#found('journal', `an alert that nobody sent: ${id}`);
    await this.#deliver(lines);
    return this.#atTheDesk;
  }

  #heard(line: string): void {
    this.#found('log', line);
  }

  #found(target: string, problem: string, input?: Buffer): void {
    this.#findings.push({
      run: this.#run,
      target,
      problem: messageOf(problem).slice(0, 2_000),
      inputHex: input?.toString('hex') ?? '',
    });
  }
}
