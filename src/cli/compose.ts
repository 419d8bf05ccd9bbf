import { Desk } from '../desk/desk.ts';
import type { NodeId, SiteId } from '../domain/ids.ts';
import type { EdgeConfig } from '../edge/config.ts';
import { loadManifest } from '../edge/detect/model-manifest.ts';
import { EdgeNode } from '../edge/edge-node.ts';
import { EmbeddedBroker } from '../gateway/collect/embedded-broker.ts';
import { CollectGateway } from '../gateway/collect-gateway.ts';
import { DeliverGateway } from '../gateway/deliver-gateway.ts';
import { TrustBook } from '../gateway/trust/trust-book.ts';
import type { Clock } from '../lib/clock.ts';
import type { ClockSync } from '../lib/clock-sync.ts';
import { readSecret } from '../lib/config.ts';
import { ContentStore } from '../lib/content-store.ts';
import { refuseDefaults } from '../lib/default-credentials.ts';
import { loadPublicKey, loadSigningKey, type SigningKey } from '../lib/keys.ts';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { SpanSink } from '../lib/span-sink.ts';
import type { CollectServiceConfig, DeskServiceConfig } from './service-config.ts';

/** What every composition gets; only the demo may run on default keys. */
export interface Surroundings {
  readonly demo: boolean;
  readonly clock: Clock;
  /** Watches the machine's clock; records say what it says. */
  readonly clockSync?: ClockSync;
  /** Takes spans of what is done; nothing is exported without it. */
  readonly spans?: SpanSink;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** An edge node from its configuration. @throws AppError MB_DEFAULT_KEYS, MB_KEY_UNREADABLE, MB_CONFIG_INVALID. */
export function composeEdge(
  config: EdgeConfig,
  around: Surroundings,
  models: { readonly mirror?: string | undefined } = {},
): EdgeNode {
  const key = loadSigningKey(config.keyFile);
  const { broker } = config.publish;
  refuseDefaults(
    {
      'edge: keyFile': key,
      'edge: publish.broker.password': broker.password && readSecret(broker.password, 'publish.broker.password'),
    },
    around.demo,
  );
  return new EdgeNode({ ...around, config, key, models: { manifest: loadManifest(), ...models } });
}

/** A node's key as its configuration names it now. @throws AppError MB_DEFAULT_KEYS, MB_KEY_UNREADABLE. */
export function edgeKey(config: EdgeConfig): SigningKey {
  const key = loadSigningKey(config.keyFile);
  refuseDefaults({ 'edge: keyFile': key }, false);
  return key;
}

/** The gateway's half on the video network, with its embedded broker where one is configured. */
export function composeCollect(
  config: CollectServiceConfig,
  around: Surroundings,
): { broker: EmbeddedBroker | undefined; gateway: CollectGateway } {
  const key = loadSigningKey(config.transfer.keyFile);
  const { embeddedBroker } = config;
  const { password } = config.collect.broker;
  const nodes = (embeddedBroker?.nodes ?? []).map(({ site, node, username, password }, index) => ({
    site: site as SiteId,
    node: node as NodeId,
    username,
    password: readSecret(password, `embeddedBroker.nodes[${index}].password`),
  }));
  const gateway = embeddedBroker && {
    username: embeddedBroker.gateway.username,
    password: readSecret(embeddedBroker.gateway.password, 'embeddedBroker.gateway.password'),
  };
  refuseDefaults(
    {
      'collect: transfer.keyFile': key,
      'collect: collect.broker.password': password && readSecret(password, 'collect.broker.password'),
      'collect: embeddedBroker.gateway.password': gateway?.password,
      ...Object.fromEntries(
        nodes.map(({ node, password }) => [`collect: embeddedBroker node ${node} password`, password]),
      ),
      ...bridgePassword('collect', config.transfer),
      ...trustedKeys('collect', [...config.collect.nodes, ...named(config.transfer.deliverKeyFiles)]),
    },
    around.demo,
  );
  const { log, metrics } = around;
  return {
    broker:
      embeddedBroker && gateway
        ? new EmbeddedBroker({ host: embeddedBroker.host, port: embeddedBroker.port, gateway, nodes, log, metrics })
        : undefined,
    gateway: new CollectGateway({ ...around, ...config, key }),
  };
}

/** The desk with the gateway's half on the government network. */
export function composeDesk(config: DeskServiceConfig, around: Surroundings): { desk: Desk; deliver: DeliverGateway } {
  const { desk: deskConfig, deliver, transfer } = config;
  const key = transfer.keyFile === undefined ? undefined : loadSigningKey(transfer.keyFile);
  const senders = transfer.senderKeyFiles.map((each) => (typeof each === 'string' ? { publicKeyFile: each } : each));
  const trusted = [...senders, ...named(transfer.operatorKeyFiles)];
  refuseDefaults(
    {
      'desk: transfer.keyFile': key,
      ...bridgePassword('desk', transfer),
      ...trustedKeys('desk', [...deliver.nodes, ...trusted]),
    },
    around.demo,
  );
  const evidence = new ContentStore(deskConfig.evidenceDir);
  const trust = new TrustBook({ ...around, nodes: deliver.nodes, senders, trust: deliver.trust });
  trust.load();
  const desk: Desk = new Desk({
    ...around,
    config: deskConfig,
    evidence,
    keys: trust.everyNodeKey,
    quarantineGate: () => gateway.quarantine,
    crossing: () => gateway.status(),
  });
  const gateway: DeliverGateway = new DeliverGateway({
    ...around,
    trust,
    transfer,
    key,
    evidence,
    intake: desk.intake,
    ledger: desk.ledger,
  });
  return { desk, deliver: gateway };
}

function named(files: readonly string[]): { readonly publicKeyFile: string }[] {
  return files.map((publicKeyFile) => ({ publicKeyFile }));
}

/** The password at the bridge's broker, by the name that a refusal gives it. */
function bridgePassword(
  service: string,
  transfer: CollectServiceConfig['transfer'] | DeskServiceConfig['transfer'],
): Readonly<Record<string, string>> {
  const password = transfer.mode === 'mqtt-bridge' ? transfer.broker.password : undefined;
  if (password === undefined) return {};
  return { [`${service}: transfer.broker.password`]: readSecret(password, 'transfer.broker.password') };
}

/** Public keys a service believes, by the names that a refusal gives them. */
function trustedKeys(
  service: string,
  files: readonly { readonly publicKeyFile: string }[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    files.map(({ publicKeyFile }) => [`${service}: trusted key ${publicKeyFile}`, loadPublicKey(publicKeyFile)]),
  );
}
