import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const path = process.env['MAPLEBRIDGE_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why browser tests are skipped, or undefined where a Chromium is installed. */
export const noBrowserReason: string | undefined = existsSync(path)
  ? undefined
  : `needs Chromium at ${path} (Debian package chromium), which is not installed`;

/** The system's Chromium, headless, fit to run as root and without a word to the outside. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
