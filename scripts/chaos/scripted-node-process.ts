import { join } from 'node:path';
import type { EvidenceRef } from '../../src/domain/alert.ts';
import type { NodeId, SiteId } from '../../src/domain/ids.ts';
import { MqttPublisher } from '../../src/edge/publish/mqtt-publisher.ts';
import { Outbox } from '../../src/edge/publish/outbox.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ContentStore } from '../../src/lib/content-store.ts';
import { isStorageError } from '../../src/lib/durable-sqlite.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { loadSigningKey } from '../../src/lib/keys.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { softwareVersion } from '../../src/lib/version.ts';
import type { NodeOrder, NodeWord, ScriptedEvidence, ScriptedNodeOptions } from './node-protocol.ts';
import { drawEvidence } from './scripted-evidence.ts';
import { strike } from './under-fire.ts';

/** An edge node from the alert stage on: real outbox, key, evidence and publisher; the alerts are the campaign's. */
const options: ScriptedNodeOptions = JSON.parse(process.argv[2] ?? '{}');
const [site, node] = [options.site as SiteId, options.node as NodeId];
const common = { site, node, clock: systemClock, log: createLogger(node), metrics: new Metrics() };
const evidence = new ContentStore(join(options.dir, 'evidence'));
const outbox = new Outbox({
  ...common,
  path: join(options.dir, 'outbox.db'),
  key: loadSigningKey(options.keyFile),
  maxBytes: options.maxBytes,
  evidence,
});
outbox.open();
let told = outbox.head().n;
outbox.onAppended(() => {
  strike('appended');
  const alerts = outbox.alertsAfter(told, 1_000).map(({ alertId, sequence: { n, hash }, evidence: files }) => {
    told = n;
    return { alertId, n, hash, evidence: files.map((file) => file.sha256) };
  });
  say({ type: 'promised', alerts });
});
const publisher = new MqttPublisher({
  ...common,
  outbox,
  evidence,
  broker: {
    url: options.url,
    username: node,
    password: options.password,
    connectTimeoutMs: 3_000,
    keepAliveMs: 4_000,
    retryMinMs: 100,
    retryMaxMs: 1_000,
  },
  ackTimeoutMs: 3_000,
});

/** As from a node that looked for faces and found none. */
const redaction = {
  faces: 'none-found',
  plates: 'none-found',
  regions: 0,
  method: 'heads-1',
  model: { id: 'chaos', sha256: sha256('chaos') },
} as const;

function say(word: NodeWord): void {
  process.send?.(word);
}

/** A picture that the disk does not take is left out, as on a node: the alert goes without it. */
async function keep(file: ScriptedEvidence): Promise<EvidenceRef[]> {
  const bytes = await drawEvidence(file);
  try {
    const hash = await evidence.put(bytes);
    const about = { bytes: bytes.length, mediaType: 'image/jpeg', originalSha256: sha256(`coded ${file.seed}`) };
    return [{ kind: file.kind, sha256: hash, ...about, redaction }];
  } catch (error) {
    if (!isStorageError(error)) throw error;
    return [];
  }
}

async function obey(order: NodeOrder): Promise<void> {
  if (order.type === 'offer') {
    const files: EvidenceRef[] = [];
    for (const file of order.evidence) files.push(...(await keep(file)));
    outbox.append({ ...order.draft, evidence: files });
  }
  if (order.type === 'status') {
    const { alerts, evidence: files, inMemory, problems } = outbox.status();
    say({ type: 'status', head: outbox.head().n, alerts, evidence: files, inMemory: inMemory ?? 0, problems });
  }
}

// One after the other: the order in which they are offered is the order in which they happened.
let working = Promise.resolve();
process.on('message', (order: NodeOrder) => {
  working = working.then(() => obey(order));
});
// A node lives on without a broker; here only the campaign's channel keeps the process.
process.channel?.ref();
publisher.publishHealth({ state: 'online', at: Date.now(), softwareVersion, cameras: {}, scenes: {}, problems: [] });
await publisher.start(new AbortController().signal);
