import type { EdgeNode } from '../edge/edge-node.ts';
import { edgeConfigFiles, loadEdgeConfig } from '../edge/load-config.ts';
import { systemClock } from '../lib/clock.ts';
import { ClockSync } from '../lib/clock-sync.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { StatusServer } from '../lib/status-server.ts';
import { parseCommandArguments, required } from './arguments.ts';
import { aborted, type Command } from './command.ts';
import { composeEdge, edgeKey } from './compose.ts';
import { ConfigWatch } from './config-watch.ts';
import { startAll, stopAll } from './run-services.ts';
import { telemetryService } from './telemetry-service.ts';

/** `maplebridge edge`: one edge box. */
export const edgeCommand: Command = {
  name: 'edge',
  summary: 'runs an edge node: cameras in, signed alerts out',
  usage: 'edge --config <edge.yaml>',
  async run({ args, log, metrics, signal }) {
    const { values } = parseCommandArguments(edgeCommand, args, { config: { type: 'string' } });
    const path = required(values.config, '--config', edgeCommand);
    let node: EdgeNode | undefined;
    const watch = new ConfigWatch({
      files: () => edgeConfigFiles(path),
      apply: async () => node && applyConfig(node, path, log),
      clock: systemClock,
      log,
    });
    watch.begin();
    try {
      const config = loadEdgeConfig(path);
      const clockSync = new ClockSync({ clock: systemClock, log, metrics });
      const about = { service: 'edge', instance: `${config.site}/${config.node}`, log, metrics };
      const telemetry = await telemetryService(config.telemetry, about);
      const around = { demo: false, clock: systemClock, clockSync, log, metrics, ...telemetry.around };
      const edge = composeEdge(config, around);
      node = edge;
      const status = new StatusServer({
        ...config.http,
        registry: metrics.registry,
        status: () => ({ ok: true, body: { ...edge.health(), canary: canaryOf(edge) } }),
      });
      const services = [
        ...telemetry.services,
        { name: 'clock', service: clockSync },
        { name: 'status', service: status },
        { name: 'edge', service: edge },
      ];
      await startAll(services, log);
      watch.start();
      await aborted(signal);
      watch.stop();
      await stopAll(services, log);
    } finally {
      watch.end();
    }
    return 0;
  },
};

/** Never throws: a configuration that cannot be used leaves the node as it is, and health says why. */
async function applyConfig(node: EdgeNode, path: string, log: Logger): Promise<void> {
  try {
    const config = loadEdgeConfig(path);
    const key = edgeKey(config);
    const { added, removed, changed, unchanged, restart, problems } = await node.reconfigure(config);
    node.signWith(key);
    const counts = { added: added.length, removed: removed.length, changed: changed.length, unchanged };
    log.info({ ...counts, failed: problems.length, waitsForRestart: restart }, 'configuration applied');
  } catch (error) {
    node.noteConfigProblem(`the configuration was changed and cannot be used: ${messageOf(error)}`);
    log.error({ reason: messageOf(error) }, 'configuration not applied: the node goes on with the one before');
  }
}

/** The canary in a few words; examples and history are for `maplebridge models canary`. */
function canaryOf(node: EdgeNode) {
  const report = node.canary();
  if (report === undefined) return undefined;
  const { phase, since, reason, inCharge, evidence, dropped } = report;
  return { phase, since, reason, inCharge, evidence, dropped };
}
