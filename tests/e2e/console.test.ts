import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketId } from '../../src/domain/ids.ts';
import { launchBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { SampleIncident, samplePicture } from './console-incident.ts';
import { ConsoleStand, tokens } from './console-stand.ts';

describe('the console', () => {
  let stand: ConsoleStand;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What no page may ever do: break its content policy, throw, or talk to somebody else. */
  const offences: string[] = [];

  const row = (camera: string) => page.locator('.row', { hasText: camera });
  const streamIs = (state: string) => page.waitForSelector(`[data-stream=${state}]`);
  const step = (action: string) => page.click(`[data-action=${action}]`);
  const stateIs = (state: string) => page.locator('.detail-head .tag', { hasText: state }).waitFor();

  function watch(watched: Page): void {
    watched.on('pageerror', (error) => offences.push(error.message));
    watched.on('console', (line) => {
      if (/Content Security Policy/i.test(line.text())) offences.push(line.text());
    });
    watched.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== stand.url) offences.push(request.url());
    });
  }

  /** For whoever wants to look at what the test saw: `MAPLEBRIDGE_SCREENSHOTS=<folder>`. */
  async function keepPicture(name: string): Promise<void> {
    const folder = process.env['MAPLEBRIDGE_SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled' });
  }

  async function signIn(): Promise<void> {
    await page.fill('#token', tokens.wang);
    await page.keyboard.press('Enter');
    await streamIs('live');
  }

  async function open(id: TicketId): Promise<void> {
    await page.goto(`${stand.url}/#/tickets/${id}`);
    await page.waitForSelector('.detail');
  }

  beforeAll(async () => {
    stand = await ConsoleStand.start();
    browser = await launchBrowser();
    context = await browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Asia/Shanghai',
      viewport: { width: 1440, height: 900 },
    });
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    watch(page);
    await page.goto(stand.url);
  });

  afterAll(async () => {
    await browser?.close();
    await stand?.stop();
  });

  it('asks for a token and says clearly when it is wrong', async () => {
    await page.fill('#token', 'not-a-token-of-anybody');
    await page.keyboard.press('Enter');
    const note = await page.locator('.error-note').textContent();
    expect(note).toContain('MB_UNAUTHENTICATED');
    expect(note).toContain('Sign in with a valid access token.');
  });

  it('explains an empty desk', async () => {
    await signIn();
    await page.getByText('No tickets yet').waitFor();
    await page.getByText('The desk is connected and listening.').waitFor();
    await page.getByText('How a ticket gets here').waitFor();
  });

  describe('takes one ticket from alert to closure', () => {
    const incident = new SampleIncident('Mill Lane 12');
    let start: Buffer;
    let trigger: Buffer;
    let id: TicketId;

    beforeAll(async () => {
      start = await samplePicture(40);
      trigger = await samplePicture(140);
    });

    it('which appears by itself, its clock running, its picture still on the way', async () => {
      id = await stand.deliver(
        incident.record('raised', [
          { kind: 'start', bytes: start },
          { kind: 'trigger', bytes: trigger },
        ]),
      );
      await row('Mill Lane 12').locator('.sign-clock-time').waitFor();
      expect(await row('Mill Lane 12').textContent()).toMatch(/Illegal parking.*第一派出所综合室 · Public security/s);
      expect(await page.title()).toBe('(1) Maplebridge');
      await row('Mill Lane 12').click();
      await page.waitForSelector('[data-evidence=pending]');
    });

    it('whose picture is shown once it has arrived', async () => {
      await stand.bring(start, trigger);
      const picture = page.locator('.evidence-large img');
      await picture.waitFor();
      await until(() => picture.evaluate((img) => (img as { naturalWidth?: number }).naturalWidth === 640), {
        what: 'the trigger picture',
      });
      expect(await page.locator('.evidence-strip img').count()).toBe(2);
      await row('Mill Lane 12').locator('img').waitFor();
    });

    it('which says where its car stands and what was measured', async () => {
      const measured = page.locator('.panel', { hasText: 'What the camera measured' });
      const place = measured.getByRole('link', { name: '30.87124, 120.41820 ± 0.4 m' });
      expect(await place.getAttribute('href')).toBe('geo:30.8712402,120.4182031;u=0.42');
      expect(await measured.textContent()).toMatch(/Car.*0 ± 0\.3 m\/s.*Moved, of its size3\.4 %/s);
    });

    it('whose clock turns red when nobody signs', async () => {
      await row('Mill Lane 12').locator('.sign-clock-overdue').waitFor();
      await page.getByText('1 overdue').waitFor();
      await page.locator('.timeline-late', { hasText: 'Sign clock ran out' }).waitFor();
    });

    it('through every step', async () => {
      await step('sign');
      await stateIs('Signed');
      await step('depart');
      await stateIs('Departed');
      await step('arrive');
      await stateIs('Arrived');
      await step('feedback');
      await page.getByText('Resolved on site').first().click();
      await page.fill('#feedback-note', 'The driver moved on.');
      await page.locator('.ant-modal-footer .ant-btn-primary').click();
      await stateIs('Fed back');
      await page.locator('.timeline-note', { hasText: 'The driver moved on.' }).waitFor();
      await step('close');
      await page.getByText('The camera has not reported the scene cleared yet.').waitFor();
      await page.locator('.ant-modal-footer .ant-btn-primary:visible').click();
      await stateIs('Verifying');
    });

    it('which closes by itself when the camera reports the scene cleared', async () => {
      const clear = await samplePicture(200);
      await stand.bring(clear);
      await stand.deliver(incident.record('cleared', [{ kind: 'clear', bytes: clear }]));
      await stateIs('Closed');
      expect(await page.locator('.progress-reached').count()).toBe(7);
      expect(await page.locator('.evidence-strip img').count()).toBe(3);
      await page.getByText('This ticket has ended.').waitFor();
    });

    it('and shows its chain, intact', async () => {
      await page.getByRole('link', { name: 'Trace' }).click();
      await page.waitForSelector('.trace li');
      expect(page.url()).toBe(`${stand.url}/#/tickets/${id}/trace`);
      const chain = await page.locator('.trace-drawer').textContent();
      expect(chain).toContain(incident.traceparent);
      expect(chain).toMatch(/Frame at the camera.*2913847561.*Delivered across the border.*Signed.*Closed/s);
      await page.getByRole('button', { name: 'Check the audit log' }).click();
      await page.getByText(/Audit log intact: \d+ records verified/).waitFor();
      await page.keyboard.press('Escape');
      await page.waitForURL(`${stand.url}/#/tickets/${id}`);
    });
  });

  it('closes without the camera only for a reason, by those who may', async () => {
    const id = await stand.deliver(new SampleIncident('Old Bridge 7').record('raised'));
    await open(id);
    await step('sign');
    await step('arrive');
    await step('feedback');
    await page.getByText('Resolved on site').first().click();
    await page.locator('.ant-modal-footer .ant-btn-primary:visible').click();
    await stateIs('Fed back');
    await page.getByText('中文').click();
    await step('close-without-camera');
    await page.getByText('每一步均以您的名义连同理由记录').waitFor();
    await keepPicture('override-dialog-zh');
    await page
      .locator('.ant-modal', { hasText: '不经摄像机核验结案：' })
      .getByRole('button', { name: /取\s?消/ })
      .click();
    await page.getByText('EN', { exact: true }).click();
    await step('close');
    await page.locator('.ant-modal-footer .ant-btn-primary:visible').click();
    await stateIs('Verifying');
    await step('close-without-camera');
    const dialog = page.locator('.ant-modal', { hasText: 'without the camera?' });
    const confirm = dialog.getByRole('button', { name: 'Close without the camera' });
    await confirm.waitFor();
    await page.fill('#override-reason', 'gone');
    expect(await confirm.isDisabled()).toBe(true);
    await page.fill('#override-reason', 'The camera was taken down on Monday.');
    await keepPicture('override-dialog');
    await confirm.click();
    await page.locator('.tag', { hasText: 'Closed without the camera' }).waitFor();
    expect(await page.locator('.timeline-note', { hasText: 'taken down on Monday' }).count()).toBe(2);
    expect(await page.locator('[data-action]').count()).toBe(0);
    await page.getByText('中文').click();
    await page.locator('.tag', { hasText: '未经摄像机核验结案' }).waitFor();
    await page.locator('.timeline-note', { hasText: '等待摄像机确认现场恢复。' }).waitFor();
    await page.locator('.timeline-note', { hasText: '按规则 illegal_parking/roadway 分派至' }).waitFor();
    await keepPicture('override-closed-zh');
    await page.getByText('EN', { exact: true }).click();
    await page.locator('.tag', { hasText: 'Closed without the camera' }).waitFor();
  });

  it('loses nothing while the line is cut', async () => {
    stand.line.cut();
    await streamIs('retrying');
    await page.getByText('The list may be out of date.').waitFor();
    const missed = new SampleIncident('School Road 3');
    await stand.deliver(missed.record('raised'));
    stand.line.mend();
    await row('School Road 3').waitFor();
    await streamIs('live');
    expect(await page.locator('.stale-note').count()).toBe(0);
  });

  it('says so when a colleague was quicker, and shows where the ticket is now', async () => {
    const id = await stand.deliver(new SampleIncident('Depot gate 2').record('raised'));
    await open(id);
    await page.route('**/sign', async (route) => {
      await stand.act(id, 'sign');
      await route.continue();
    });
    await step('sign');
    await page.locator('.error-note', { hasText: 'MB_TICKET_TRANSITION' }).waitFor();
    await stateIs('Signed');
    await page.locator('.timeline-actor', { hasText: 'Chen Yu · Responder' }).waitFor();
    await page.unroute('**/sign');
  });

  it('is operated by keyboard', async () => {
    await page.goto(`${stand.url}/#/`);
    await page.locator('.row').first().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.locator('.detail h2', { hasText: 'Illegal parking' }).waitFor();
    await page.locator('.row[aria-current]', { hasText: 'Mill Lane 12' }).waitFor();
  });

  it('speaks Chinese and remembers it', async () => {
    await page.getByText('中文').click();
    await page.getByRole('heading', { name: '工单' }).waitFor();
    await page.reload();
    await page.locator('.detail h2', { hasText: '机动车违停' }).waitFor();
    await row('Mill Lane 12').getByText('已结案').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await page.getByText('EN', { exact: true }).click();
    await page.getByRole('heading', { name: 'Tickets' }).waitFor();
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const fits = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth') as Promise<boolean>;
    await page.getByRole('link', { name: 'Back to the list' }).waitFor();
    expect(await fits()).toBe(true);
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await row('School Road 3').waitFor();
    expect(await fits()).toBe(true);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('asks to sign in again when the session is over, and comes back to the ticket', async () => {
    await row('Depot gate 2').click();
    await page.waitForSelector('[data-action=depart]');
    await context.clearCookies();
    await step('depart');
    await page.getByText('Your session has ended.').waitFor();
    await signIn();
    await page.locator('.detail-place', { hasText: 'Depot gate 2' }).waitFor();
  });

  it('keeps to its content policy and its own origin', () => {
    expect(offences).toEqual([]);
  });
});
