import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Bench, toJson } from './bench.ts';
import { decodeBench } from './decode.ts';
import { detectBench } from './detect.ts';

/** Every bench by name. */
const benches: Readonly<Record<string, Bench>> = { decode: decodeBench, detect: detectBench };

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const name = positionals[0] ?? '';
const bench = benches[name];
if (bench === undefined || positionals.length !== 1) {
  process.stderr.write(`usage: npm run bench -- NAME [--json FILE]\nNAME: ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}

process.env['MAPLEBRIDGE_LOG'] ??= 'error';
const report = await bench((line) => process.stdout.write(`${line}\n`));
for (const [metric, value] of Object.entries(report.metrics)) {
  process.stdout.write(`${metric.padEnd(32)}${value}\n`);
}
if (values.json !== undefined) writeFileSync(values.json, toJson(name, report));
