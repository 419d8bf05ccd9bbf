import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeKeys } from '../../../src/contracts/node-keys.ts';
import type { Health } from '../../../src/contracts/node-messages.ts';
import { NodeTopics } from '../../../src/contracts/topics.ts';
import type { NodeId, SiteId } from '../../../src/domain/ids.ts';
import { Collector } from '../../../src/gateway/collect/collector.ts';
import { Journal } from '../../../src/gateway/collect/journal.ts';
import { ContentStore } from '../../../src/lib/content-store.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { AlertChain } from '../../support/alerts.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const site = 'site-1' as SiteId;
const node = 'edge-1' as NodeId;
const health: Health = { state: 'online', at: 1, softwareVersion: '1', cameras: {}, scenes: {}, problems: [] };

let dir: Awaited<ReturnType<typeof tempDir>>;
let journal: Journal;
let collector: Collector;
let warnings: string[];

beforeEach(async () => {
  dir = await tempDir('collector');
  const clock = new FakeClock();
  journal = new Journal({ path: `${dir.path}/journal.db`, clock });
  journal.open();
  warnings = [];
  const log = createLogger('test', { write: (line: string) => warnings.push(line) });
  log.level = 'warn';
  const keys = new NodeKeys([{ node, pem: new AlertChain().key.publicPem() }]);
  const broker = { url: 'mqtt://127.0.0.1:9', username: 'nobody', password: 'nothing' };
  const evidence = new ContentStore(`${dir.path}/evidence`);
  collector = new Collector({ site, broker, keys, journal, evidence, clock, log, metrics: new Metrics() });
});
afterEach(async () => {
  await collector.stop();
  journal.close();
  await dir.remove();
});

const say = (of: NodeId, word: Health) =>
  collector.accept({ topic: new NodeTopics(site, of).health, payload: Buffer.from(JSON.stringify(word)) });

test('the newest health of a node is kept', () => {
  void say(node, health);
  void say(node, { ...health, state: 'degraded' });
  expect([...collector.nodes]).toEqual([[node, { ...health, state: 'degraded' }]]);
});

test('of names that somebody makes up nothing is kept, and the log names only the first ones, once each', () => {
  void say(node, health);
  for (let index = 0; index < 1_000; index += 1) {
    void say(`stranger-${index}` as NodeId, health);
    void say('stranger-1' as NodeId, health);
  }
  expect([...collector.nodes.keys()]).toEqual([node]);
  expect(warnings).toHaveLength(100);
  expect(warnings[1]).toContain('stranger-1');
});
