import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDocument } from '../../contracts/signed-document.ts';
import type { BatchConsumer, TransferReceiver } from '../../contracts/transfer.ts';
import { type PassOver, passOverSchema, rangesText, reconciliationLine } from '../../contracts/transfer-documents.ts';
import type { TransferLedger } from '../../contracts/transfer-ledger.ts';
import type { Clock } from '../../lib/clock.ts';
import { keepNewest, writeDurable } from '../../lib/durable-file.ts';
import { messageOf } from '../../lib/errors.ts';
import type { KeyRing } from '../../lib/keys.ts';
import type { Logger } from '../../lib/log.ts';
import type { WrittenReport } from './reconciler.ts';

/** What carrying out orders needs. */
export interface OrdersOptions {
  /** Folder the command line puts orders into: `<id>.order.json`, answered by `<id>.answer.json`. */
  readonly dir: string;
  readonly operators: KeyRing;
  readonly ledger: Pick<TransferLedger, 'passOver'>;
  readonly consumer: Pick<BatchConsumer, 'position'>;
  readonly receiver: Pick<TransferReceiver, 'waiting' | 'look'>;
  readonly reconcile: () => Promise<readonly WrittenReport[]>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the command line is told. */
export interface OrderAnswer {
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly files?: readonly string[];
}

/** Numbers passed over by one decision; each is a row at the desk, and a slip of the finger makes it a billion. */
const maxPassedOver = 100_000;
/** Answers kept for whoever asks late. */
const answersKept = 100;

/** Carries out what an operator asks of the running service through its folder of orders. */
export class Orders {
  readonly #options: OrdersOptions;

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  /** Carries out what is there; an order is gone once it is answered. */
  async look(): Promise<void> {
    const { dir, log } = this.#options;
    await mkdir(dir, { recursive: true, mode: 0o750 });
    for (const name of (await readdir(dir)).filter((each) => /^[0-9a-f]{32}\.order\.json$/.test(each)).sort()) {
      const path = join(dir, name);
      const answer = await this.#carryOut(await readFile(path, 'utf8')).catch((error: unknown) => {
        return { ok: false, lines: [messageOf(error)] };
      });
      log.info({ order: name, ok: answer.ok }, 'order carried out');
      await writeDurable(path.replace('.order.', '.answer.'), Buffer.from(JSON.stringify(answer)));
      await rm(path, { force: true });
      await keepNewest(dir, answersKept, (each) => each.endsWith('.answer.json'));
    }
  }

  async #carryOut(text: string): Promise<OrderAnswer> {
    if (text.trim() === '"reconcile"') {
      const written = await this.#options.reconcile();
      return {
        ok: written.every(({ report }) => report.complete),
        lines: written.map(({ report }) => `${report.sender}: ${reconciliationLine(report)}`),
        files: written.map(({ file }) => file),
      };
    }
    const { operators, clock } = this.#options;
    const opened = openDocument(text, passOverSchema, operators, clock.now());
    if (!opened.ok) return { ok: false, lines: [`the decision is not believed: ${opened.reason}`] };
    return this.#passOver(opened.document, text.trim());
  }

  /** Numbers that are next in line, and not here, are passed over; anything else is refused as a whole. */
  async #passOver({ sender, batches, operator, reason, at }: PassOver, decision: string): Promise<OrderAnswer> {
    const { ledger, consumer, receiver } = this.#options;
    const count = batches.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    if (count > maxPassedOver) {
      return { ok: false, lines: [`${count} batches: at most ${maxPassedOver} are passed over at once`] };
    }
    const here = (await receiver.waiting()).find((each) => each.sender === sender)?.batches ?? [];
    for (const [from, to] of batches) {
      const position = await consumer.position(sender);
      if (to <= position) continue;
      if (from > position + 1) {
        return { ok: false, lines: [`batch ${position + 1} is next: ${from} cannot be passed over before it`] };
      }
      const present = here.find(([first, last]) => first <= to && last > position);
      if (present !== undefined) {
        return { ok: false, lines: [`${rangesText([present])} is here: only what is missing can be passed over`] };
      }
      const detail = `batches ${rangesText([[position + 1, to]])} of ${sender} passed over for good by ${operator}: ${reason}`;
      await ledger.passOver({ sender, from: position + 1, to, decision, detail: detail.slice(0, 500), at });
    }
    receiver.look();
    return { ok: true, lines: [`${sender}: ${rangesText(batches)} passed over; what waited behind is taken in now`] };
  }
}
