import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const path = process.env['MAPLEBRIDGE_CHROMIUM'] ?? '/usr/bin/chromium';

/** The system's Chromium, headless, fit to run as root and without a word to the outside. */
export function launchBrowser(): Promise<Browser> {
  if (!existsSync(path))
    throw new Error(`the Debian package chromium is missing (${path}): run \`npm test\`, which installs it`);
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
