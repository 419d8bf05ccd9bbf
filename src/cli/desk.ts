import { migrateAsOwner } from '../desk/prepare-schema.ts';
import { systemClock } from '../lib/clock.ts';
import { ClockSync } from '../lib/clock-sync.ts';
import { loadConfig } from '../lib/config.ts';
import { parseCommandArguments, required } from './arguments.ts';
import { aborted, type Command } from './command.ts';
import { composeDesk } from './compose.ts';
import { startAll, stopAll } from './run-services.ts';
import { deskServiceSchema } from './service-config.ts';
import { telemetryService } from './telemetry-service.ts';

/** `maplebridge desk`: tickets, console and the gateway's half on the government network. */
export const deskCommand: Command = {
  name: 'desk',
  summary: 'runs the desk on the government network: batch files → tickets, dispatch, API, console',
  usage: 'desk [migrate] --config <desk.yaml>   (migrate: brings the schema up to date as its owner, and ends)',
  async run({ args, log, metrics, signal, print }) {
    const { values, positionals } = parseCommandArguments(deskCommand, args, { config: { type: 'string' } });
    const config = loadConfig(required(values.config, '--config', deskCommand), deskServiceSchema);
    if (positionals.length > 0) {
      required(
        positionals.length === 1 && positionals[0] === 'migrate' ? 'migrate' : undefined,
        'the word "migrate"',
        deskCommand,
      );
      print(`the schema is up to date; ${await migrateAsOwner(config.desk)} may run the desk on it`);
      return 0;
    }
    const clockSync = new ClockSync({ clock: systemClock, log, metrics });
    const telemetry = await telemetryService(config.telemetry, { service: 'desk', instance: 'desk', log, metrics });
    const around = { demo: false, clock: systemClock, clockSync, log, metrics, ...telemetry.around };
    const { desk, deliver } = composeDesk(config, around);
    const services = [
      ...telemetry.services,
      { name: 'clock', service: clockSync },
      { name: 'desk', service: desk },
      { name: 'deliver', service: deliver },
    ];
    await startAll(services, log);
    print(`console: ${desk.address}`);
    const fault = await Promise.race([aborted(signal), desk.failed]);
    await stopAll(services, log);
    if (fault !== undefined) throw fault;
    return 0;
  },
};
