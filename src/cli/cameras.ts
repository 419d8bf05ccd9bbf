import { AppError } from '../lib/errors.ts';
import { importCamerasFile } from './cameras-import.ts';
import { discoverCameras, probeCamera } from './cameras-onvif.ts';
import type { Command, CommandContext } from './command.ts';

const verbs: Readonly<Record<string, (context: CommandContext, usage: string) => Promise<number>>> = {
  import: importCamerasFile,
  discover: discoverCameras,
  probe: probeCamera,
};

/** `maplebridge cameras import|discover|probe`: from lists and networks to the cameras of edge.yaml. */
export const camerasCommand: Command = {
  name: 'cameras',
  summary: 'imports lists of cameras; finds cameras over ONVIF and what streams they have',
  usage: `cameras import <file.csv|file.yaml> --out <cameras.yaml> [--merge|--force] [--skip-bad]
       maplebridge cameras discover [--seconds 5] [--interface <name>] [--json]
       maplebridge cameras probe <host> [--port 80] [--path <path>] [--user <name> --password-env <variable>] [--json]`,
  async run(context) {
    const [verb, ...args] = context.args;
    const run = verb === undefined ? undefined : verbs[verb];
    if (run === undefined) {
      throw new AppError('MB_USAGE', `expected ${Object.keys(verbs).join(', ')}\nusage: maplebridge ${this.usage}`);
    }
    return run({ ...context, args }, this.usage);
  },
};
