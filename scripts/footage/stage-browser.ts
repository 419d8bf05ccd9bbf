import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { StageOrder, StageReport } from './stage-order.ts';
import { StageServer } from './stage-server.ts';
import type { TruthBox } from './truth.ts';
import { type LabelOutline, truthBoxes } from './truth-boxes.ts';

const flags = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  // Drawn on by the graphics process, which here is software too, each texture would cost 40 ms.
  '--disable-accelerated-2d-canvas',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One picture as it was drawn. */
export interface DrawnPicture {
  readonly width: number;
  readonly height: number;
  /** RGB, top row first. */
  readonly rgb: Uint8Array;
  readonly boxes: readonly TruthBox[];
}

/** The stage in a headless browser: the one thing of the footage that needs Chromium. */
export class StageBrowser {
  readonly #server = new StageServer();
  readonly #profile = mkdtempSync(join(tmpdir(), 'maplebridge-stage-'));
  #context: BrowserContext | undefined;
  #page: Page | undefined;
  #order: StageOrder | undefined;

  async start(): Promise<void> {
    const address = await this.#server.start();
    const executablePath = process.env['MAPLEBRIDGE_CHROMIUM'] ?? '/usr/bin/chromium';
    this.#context = await chromium.launchPersistentContext(this.#profile, {
      executablePath,
      headless: true,
      args: flags,
      // The command ends on a signal; closing the browser under it would only make it start another.
      ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
    });
    process.once('exit', this.#forget);
    const page = await this.#context.newPage();
    page.on('pageerror', (error) => process.stderr.write(`stage: ${error.stack ?? error.message}\n`));
    page.on('console', (message) => {
      if (message.type() === 'error') process.stderr.write(`stage: ${message.text()}\n`);
    });
    await page.goto(address);
    await page.waitForFunction('globalThis.footage !== undefined');
    this.#page = page;
  }

  /** Builds a place with its actors. */
  async load(order: StageOrder): Promise<StageReport> {
    this.#order = order;
    return (await this.#started().evaluate(`footage.load(${JSON.stringify(order)})`)) as StageReport;
  }

  /** One moment; what moves is smeared over `shutterS`. */
  async draw(timeS: number, shutterS = 0): Promise<DrawnPicture> {
    const { width, height } = this.#order ?? { width: 0, height: 0 };
    const arrival = this.#server.nextPicture();
    const outlines = (await this.#started().evaluate(`footage.draw(${timeS}, ${shutterS})`)) as LabelOutline[];
    const picture = await arrival;
    const rgb = upright(picture.subarray(0, width * height * 4), width, height);
    const mask = picture.subarray(width * height * 4);
    return { width, height, rgb, boxes: truthBoxes(mask, width, height, outlines) };
  }

  async stop(): Promise<void> {
    // A browser that was killed has nothing left to close.
    await this.#context?.close().catch(() => undefined);
    await this.#server.stop();
    process.off('exit', this.#forget);
    this.#forget();
  }

  // A browser that is being killed may still write.
  readonly #forget = () => rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });

  #started(): Page {
    if (this.#page === undefined) throw new Error('the stage is not started');
    return this.#page;
  }
}

/** RGBA from the bottom up → RGB from the top down. */
function upright(rgba: Uint8Array, width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  let to = 0;
  for (let row = height - 1; row >= 0; row -= 1) {
    for (let from = row * width * 4; from < (row + 1) * width * 4; from += 4) {
      rgb[to] = rgba[from] ?? 0;
      rgb[to + 1] = rgba[from + 1] ?? 0;
      rgb[to + 2] = rgba[from + 2] ?? 0;
      to += 3;
    }
  }
  return rgb;
}
