import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toAlertEvent } from '../../src/contracts/alert-event.ts';
import { NodeKeys } from '../../src/contracts/node-keys.ts';
import { sealAlert } from '../../src/contracts/seal.ts';
import type { NodeId, SiteId } from '../../src/domain/ids.ts';
import { AlertRegister } from '../../src/gateway/collect/alert-register.ts';
import { Journal } from '../../src/gateway/collect/journal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { zeroHash } from '../../src/lib/hash.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { alertDraft } from '../support/alert-draft.ts';
import { runCli } from '../support/cli.ts';
import { newSigningKey } from '../support/crossing.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const site = 'site-1' as SiteId;
const node = 'edge-1' as NodeId;
const key = newSigningKey();

let dir: Awaited<ReturnType<typeof tempDir>>;
let journal: Journal;
let register: AlertRegister;
let keys: NodeKeys;

beforeEach(async () => {
  dir = await tempDir('quarantine-cli');
  const journalPath = join(dir.path, 'journal.db');
  journal = new Journal({ path: journalPath, clock: systemClock });
  journal.open();
  keys = new NodeKeys();
  const around = { clock: systemClock, log: createLogger('test'), metrics: new Metrics() };
  register = new AlertRegister({ site, keys, journal, gapGraceMs: 60_000, ...around });
  const config = {
    collect: {
      site,
      broker: { url: 'mqtt://127.0.0.1:1883', username: 'gateway', password: { env: 'NO_SUCH' } },
      nodes: [{ node, publicKeyFile: 'edge-1.pub' }],
      journalPath,
    },
    transfer: { keyFile: 'gateway.key' },
  };
  // JSON is YAML.
  await writeFile(join(dir.path, 'collect.yaml'), JSON.stringify(config));
});

afterEach(async () => {
  register.close();
  journal.close();
  await dir.remove();
});

const cli = (...args: string[]) => runCli(['quarantine', ...args, '--config', join(dir.path, 'collect.yaml')]);

test('a running gateway’s quarantine is listed, shown and released from the command line', async () => {
  const alert = sealAlert(alertDraft(), { node, n: 1, prevHash: zeroHash }, key);
  const payload = Buffer.from(JSON.stringify(toAlertEvent(site, alert)));
  register.take([{ node, topic: `mb/v1/${site}/${node}/alert/illegal_parking`, payload }]);

  const list = await cli('list', '--json');
  expect(list).toMatchObject({ exit: 0 });
  expect(JSON.parse(list.output)).toMatchObject([{ id: 'm-1', node, reason: 'unknown-key', state: 'held' }]);
  const shown = await cli('show', 'm-1');
  expect(shown.output).toContain(alert.alertId);
  expect(await cli('release', 'm-1')).toMatchObject({ exit: 2, output: expect.stringContaining('--note is missing') });
  expect(await cli('show', 'm-9')).toMatchObject({ exit: 1, output: expect.stringContaining('MB_NOT_FOUND') });

  keys.add(node, key.publicPem());
  const released = cli('release', 'm-1', '--note', 'the key is configured');
  await until(() => register.carryOut().size > 0, { what: 'the wish to arrive', timeoutMs: 15_000 });
  expect(await released).toMatchObject({ exit: 0, output: expect.stringContaining('released: alert 1 of edge-1') });
  expect(journal.head(node)).toEqual({ n: 1, hash: alert.sequence.hash });
});
