import { systemClock } from '../lib/clock.ts';
import { ClockSync } from '../lib/clock-sync.ts';
import { loadConfig } from '../lib/config.ts';
import { StatusServer } from '../lib/status-server.ts';
import { parseCommandArguments, required } from './arguments.ts';
import { aborted, type Command } from './command.ts';
import { composeCollect } from './compose.ts';
import { startAll, stopAll } from './run-services.ts';
import { collectSchema } from './service-config.ts';
import { telemetryService } from './telemetry-service.ts';

/** `maplebridge collect`: the gateway's half on the video network. */
export const collectCommand: Command = {
  name: 'collect',
  summary: 'runs the gateway on the video network: broker → journal → signed batch files',
  usage: 'collect --config <collect.yaml>',
  async run({ args, log, metrics, signal }) {
    const { values } = parseCommandArguments(collectCommand, args, { config: { type: 'string' } });
    const config = loadConfig(required(values.config, '--config', collectCommand), collectSchema);
    const clockSync = new ClockSync({ clock: systemClock, log, metrics });
    const about = { service: 'collect', instance: config.collect.site, log, metrics };
    const telemetry = await telemetryService(config.telemetry, about);
    const around = { demo: false, clock: systemClock, clockSync, log, metrics, ...telemetry.around };
    const { broker, gateway } = composeCollect(config, around);
    const status = new StatusServer({
      ...config.http,
      registry: metrics.registry,
      status: () => {
        const { mqttVersion, egress, crossing = 'nothing waits', trustProblems: problems } = gateway;
        const body = { mqtt: mqttVersion ?? 'not connected', clock: clockSync.report, egress, crossing, problems };
        return { ok: mqttVersion !== undefined && egress.open, body };
      },
    });
    const services = [
      ...telemetry.services,
      { name: 'clock', service: clockSync },
      { name: 'status', service: status },
      ...(broker === undefined ? [] : [{ name: 'broker', service: broker }]),
      { name: 'collect', service: gateway },
    ];
    await startAll(services, log);
    await aborted(signal);
    await stopAll(services, log);
    return 0;
  },
};
