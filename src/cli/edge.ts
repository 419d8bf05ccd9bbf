import type { EdgeNode } from '../edge/edge-node.ts';
import { loadEdgeConfig } from '../edge/load-config.ts';
import { systemClock } from '../lib/clock.ts';
import { StatusServer } from '../lib/status-server.ts';
import { parseCommandArguments, required } from './arguments.ts';
import { aborted, type Command } from './command.ts';
import { composeEdge } from './compose.ts';
import { startAll, stopAll } from './run-services.ts';

/** `maplebridge edge`: one edge box. */
export const edgeCommand: Command = {
  name: 'edge',
  summary: 'runs an edge node: cameras in, signed alerts out',
  usage: 'edge --config <edge.yaml>',
  async run({ args, log, metrics, signal }) {
    const { values } = parseCommandArguments(edgeCommand, args, { config: { type: 'string' } });
    const config = loadEdgeConfig(required(values.config, '--config', edgeCommand));
    const node = composeEdge(config, { demo: false, clock: systemClock, log, metrics });
    const status = new StatusServer({
      ...config.http,
      registry: metrics.registry,
      status: () => ({ ok: true, body: { ...node.health(), canary: canaryOf(node) } }),
    });
    const services = [
      { name: 'status', service: status },
      { name: 'edge', service: node },
    ];
    await startAll(services, log);
    await aborted(signal);
    await stopAll(services, log);
    return 0;
  },
};

/** The canary in a few words; examples and history are for `maplebridge models canary`. */
function canaryOf(node: EdgeNode) {
  const report = node.canary();
  if (report === undefined) return undefined;
  const { phase, since, reason, inCharge, evidence, dropped } = report;
  return { phase, since, reason, inCharge, evidence, dropped };
}
