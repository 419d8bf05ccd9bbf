import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntegrityIncident } from '../../src/contracts/ticket-intake.ts';
import type { NodeId } from '../../src/domain/ids.ts';
import { launchBrowser } from '../support/browser.ts';
import { ConsoleStand, tokens } from './console-stand.ts';

describe('integrity incidents in the console', () => {
  let stand: ConsoleStand;
  let browser: Browser;
  /** Wang is a dispatcher and reads, Zhao an auditor and works them. */
  let wang: Page;
  let zhao: Page;

  const badge = (page: Page, text: string) => page.locator('.incident-badge', { hasText: text });
  const one = (page: Page, node: string) => page.locator('.incident', { hasText: node });

  async function signIn(token: string): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    await page.goto(stand.url);
    await page.fill('#token', token);
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-stream=live]');
    return page;
  }

  /** For whoever wants to look at what the test saw: `MAPLEBRIDGE_SCREENSHOTS=<folder>`. */
  async function keepPicture(page: Page, name: string): Promise<void> {
    const folder = process.env['MAPLEBRIDGE_SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled' });
  }

  function incident(node: string, fields: Pick<IntegrityIncident, 'kind' | 'detail' | 'alerts'>): IntegrityIncident {
    return { ...fields, node: node as NodeId, at: Date.now() };
  }

  beforeAll(async () => {
    stand = await ConsoleStand.start();
    browser = await launchBrowser();
    [wang, zhao] = await Promise.all([signIn(tokens.wang), signIn(tokens.zhao)]);
  });

  afterAll(async () => {
    await browser?.close();
    await stand?.stop();
  });

  it('appear live, are acknowledged and resolved, and everybody sees it', async () => {
    await badge(wang, 'Proof intact').click();
    await wang.getByText('Nothing has ever broken the proof here.').waitFor();
    await badge(zhao, 'Proof intact').waitFor();

    const detail = 'alerts 41 to 44 of edge-7 never arrived';
    await stand.report(incident('edge-7', { kind: 'gap', alerts: { from: 41, to: 44 }, detail }));
    await badge(wang, 'Integrity: 1 open').waitFor();
    await one(wang, 'edge-7').click();
    await one(wang, 'edge-7').getByText('Auditors and administrators acknowledge and resolve it.').waitFor();
    expect(await wang.locator('.incident [data-action]').count()).toBe(0);

    await badge(zhao, 'Integrity: 1 open').click();
    const body = one(zhao, 'edge-7');
    await body.locator('.timeline-note', { hasText: detail }).waitFor();
    expect(await body.textContent()).toMatch(/Alerts are missing.*Severity 2.*Open.*41 – 44/s);
    await stand.report(incident('edge-7', { kind: 'fork', alerts: { from: 44, to: 44 }, detail: 'two alerts 44' }));
    await body.getByText('Two versions of one alert').first().waitFor();
    await body.getByText('reported 2×').waitFor();
    await zhao.locator('.incident-badge-severity-1').waitFor();

    await body.getByLabel('Note (optional').fill('Asked the site to send them again.');
    await keepPicture(zhao, 'incident-open');
    await body.locator('[data-action=acknowledge]').click();
    const resolve = body.locator('[data-action=resolve]');
    await resolve.waitFor();
    await body.locator('.timeline-note', { hasText: 'Asked the site' }).waitFor();
    await badge(wang, 'Integrity: 1 in hand').waitFor();

    await body.getByLabel('What it was').fill('done');
    expect(await resolve.isDisabled()).toBe(true);
    await body.getByLabel('What it was').fill('The disk of the box was restored from a copy.');
    await resolve.click();
    await zhao.locator('.incident[data-state=resolved]', { hasText: 'edge-7' }).waitFor();
    await badge(zhao, 'Proof intact').waitFor();
    await one(wang, 'edge-7').getByText('restored from a copy').waitFor();
    expect(await one(wang, 'edge-7').textContent()).toMatch(/Asked the site.*Resolved.*Zhao Min · Auditor/s);
    await badge(wang, 'Proof intact').waitFor();
  });

  it('that were reported while the line was cut are there afterwards', async () => {
    stand.line.cut();
    await zhao.waitForSelector('[data-stream=retrying]');
    await badge(zhao, 'Integrity: not known').waitFor();
    await stand.report(incident('edge-8', { kind: 'bad-schema', detail: 'message 1 has no alertId' }));
    stand.line.mend();
    await badge(zhao, 'Integrity: 1 open').waitFor();
    await one(zhao, 'edge-8').locator('.incident-head').click();
    await one(zhao, 'edge-8').locator('[data-action=acknowledge]').waitFor();
  });

  it('say so when a colleague was quicker', async () => {
    await zhao.route('**/acknowledge', async (route) => {
      const headers = { authorization: `Bearer ${tokens.zhao}` };
      const quicker = await fetch(route.request().url(), { method: 'POST', headers });
      expect(quicker.status).toBe(200);
      await route.continue();
    });
    await one(zhao, 'edge-8').getByLabel('Note (optional').fill('An old version of the box.');
    await one(zhao, 'edge-8').locator('[data-action=acknowledge]').click();
    await one(zhao, 'edge-8').locator('[data-action=resolve]').waitFor();
    await zhao.locator('.error-note', { hasText: 'MB_INTEGRITY_TRANSITION' }).waitFor();
    expect(await one(zhao, 'edge-8').getByLabel('What it was').inputValue()).toBe('An old version of the box.');
    await zhao.unroute('**/acknowledge');
  });

  it('are nothing a responder is shown', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    const refused = page.waitForResponse((answer) => answer.url().includes('/api/integrity'));
    await page.goto(stand.url);
    await page.fill('#token', tokens.chen);
    await page.keyboard.press('Enter');
    expect((await refused).status()).toBe(403);
    await page.waitForSelector('[data-stream=live]');
    expect(await page.locator('.incident-badge').count()).toBe(0);
    await context.close();
  });
});
