import { automaticModels } from '../edge/detect/automatic-models.ts';
import { loadManifest, type ModelManifest } from '../edge/detect/model-manifest.ts';
import { resolveFile } from '../edge/detect/model-store.ts';
import { pulledModels } from '../edge/detect/pulled-models.ts';
import { messageOf } from '../lib/errors.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command } from './command.ts';
import { modelsCanary } from './models-canary.ts';
import { modelsCheck } from './models-check.ts';
import { modelsPull } from './models-pull.ts';

/** `maplebridge models`: what the manifest names, what is on this machine, and what a file would be. */
export const modelsCommand: Command = {
  name: 'models',
  summary: 'lists the models of the manifest, fetches one, or checks a file of yours',
  usage: `models list | models pull <id>
       maplebridge models check <file.onnx> [--picture <photo.jpg>] [--write]
       maplebridge models canary [status|promote|rollback|restart] --config <edge.yaml> [--json]`,
  async run({ args, print, log, metrics, signal }) {
    if (args[0] === 'check') return modelsCheck({ args: args.slice(1), print, log, metrics, signal });
    if (args[0] === 'canary') return modelsCanary({ args: args.slice(1), print, signal });
    const { positionals } = parseCommandArguments(modelsCommand, args, {});
    const manifest = loadManifest();
    if (positionals[0] === 'pull') {
      const id = required(positionals[1], 'the model id', modelsCommand);
      for (const line of await modelsPull(id, { manifest })) print(line);
      sayInUse(manifest, print);
      return 0;
    }
    required(positionals[0] === 'list' ? 'list' : undefined, '"list", "pull", "check" or "canary"', modelsCommand);
    for (const entry of [...manifest.models, ...manifest.appearance]) {
      const { id, task, licence, bytes } = entry;
      const where = await resolveFile(entry, { manifest }).then(
        (path) => path,
        (error: unknown) => `not here: ${messageOf(error)}`,
      );
      print(`${id}  ${task}  ${licence}  ${(bytes / 1e6).toFixed(1)} MB  ${where}`);
    }
    sayInUse(manifest, print);
    return 0;
  },
};

/** What a node started here runs, and what each model is asked for. */
function sayInUse(manifest: ModelManifest, print: (line: string) => void): void {
  print('used from the next start on, where detect.models is left out:');
  for (const { id, classes } of automaticModels(manifest, pulledModels({ manifest }))) {
    print(`  ${id}: ${classes.join(', ')}`);
  }
}
