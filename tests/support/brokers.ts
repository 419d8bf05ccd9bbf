import type { NodeId } from '../../src/domain/ids.ts';
import { EmbeddedBroker } from '../../src/gateway/collect/embedded-broker.ts';
import { createLogger } from '../../src/lib/log.ts';
import { Metrics } from '../../src/lib/metrics.ts';
import { crossingSite, crossingUsers } from './crossing.ts';
import { freePort } from './free-port.ts';
import { Mosquitto } from './mosquitto.ts';

/** A broker that can be killed and started again on the same port. */
export interface Broker {
  readonly url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
}

async function embedded(): Promise<Broker> {
  const port = await freePort();
  let broker: EmbeddedBroker | undefined;
  const node = (name: 'edge-1' | 'edge-2') => ({
    site: crossingSite,
    node: name as NodeId,
    username: name,
    password: crossingUsers[name],
  });
  return {
    url: `mqtt://127.0.0.1:${port}`,
    async start() {
      broker = new EmbeddedBroker({
        port,
        gateway: { username: 'gateway', password: crossingUsers.gateway },
        nodes: [node('edge-1'), node('edge-2')],
        log: createLogger('test'),
        metrics: new Metrics(),
      });
      await broker.start(new AbortController().signal);
    },
    async kill() {
      await broker?.stop();
    },
  };
}

async function mosquitto(): Promise<Broker> {
  const prefix = (node: string) => `mb/v1/${crossingSite}/${node}`;
  const users = Object.entries(crossingUsers).map(([username, password]) =>
    username === 'gateway' ? { username, password } : { username, password, prefix: prefix(username) },
  );
  return new Mosquitto(users, await freePort());
}

/** Every kind of broker the crossing runs over. */
export const brokers = [
  { name: 'embedded aedes', version: '3.1.1', make: embedded },
  { name: 'Mosquitto', version: '5', make: mosquitto },
] as const;
