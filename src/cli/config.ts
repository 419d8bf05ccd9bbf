import type { z } from 'zod';
import { edgeSchema } from '../edge/config.ts';
import { loadEdgeConfig } from '../edge/load-config.ts';
import { loadConfig } from '../lib/config.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command } from './command.ts';
import { collectSchema, deskServiceSchema } from './service-config.ts';

/** Configuration schemas by service. */
export const serviceSchemas: Readonly<Record<string, z.ZodType>> = {
  edge: edgeSchema,
  collect: collectSchema,
  desk: deskServiceSchema,
};

/** `maplebridge config check <service> <file>`: says what is wrong before a service is restarted on it. */
export const configCommand: Command = {
  name: 'config',
  summary: 'checks a configuration file and says where it is wrong',
  usage: `config check <${Object.keys(serviceSchemas).join('|')}> <file>`,
  async run({ args, print }) {
    const { positionals } = parseCommandArguments(configCommand, args, {});
    const [verb, service, file] = positionals;
    required(verb === 'check' ? verb : undefined, 'the word "check"', configCommand);
    const schema = serviceSchemas[required(service, 'the service', configCommand)];
    const path = required(schema === undefined ? undefined : file, 'a known service and a file', configCommand);
    // The camera files an edge node's configuration names are part of it.
    if (service === 'edge') loadEdgeConfig(path);
    else if (schema !== undefined) loadConfig(path, schema);
    print(`${path}: correct`);
    return 0;
  },
};
