import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configSchemaFiles } from '../src/cli/config-schemas.ts';
import { payloadSchemaFiles } from '../src/contracts/payload-schemas.ts';
import { messageExamples } from './message-examples.ts';

/** Writes the JSON Schemas of configuration files and of messages from the zod schemas they are checked with, and examples. */
function write(folder: string, files: Readonly<Record<string, unknown>>): void {
  const dir = fileURLToPath(new URL(`../${folder}/`, import.meta.url));
  mkdirSync(dir, { recursive: true });
  for (const [name, schema] of Object.entries(files)) {
    writeFileSync(`${dir}${name}`, `${JSON.stringify(schema, null, 2)}\n`);
  }
}

write('edge-config/schema', configSchemaFiles());
write('proto/schema', payloadSchemaFiles());
write('proto/example', messageExamples);
