import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { accuracyBench } from './accuracy.ts';
import { type Bench, type BenchOptions, toJson } from './bench.ts';
import { writeSection } from './benchmarks-page.ts';
import { decodeBench } from './decode.ts';
import { detectBench } from './detect.ts';
import { gateBench } from './gate.ts';
import { gatewayBench } from './gateway.ts';
import { healthBench } from './health.ts';
import { ingestBench } from './ingest.ts';
import { modelCard, writeCardPart } from './model-card.ts';
import { overloadBench } from './overload.ts';
import { packingBench } from './packing.ts';
import { pipelineBench } from './pipeline.ts';
import { realScenesBench } from './real-scenes.ts';
import { scenesBench } from './scenes.ts';
import { scriptedBench } from './scripted.ts';
import { soakBench } from './soak.ts';
import { trackingBench } from './tracking.ts';
import { whatIfBench } from './whatif.ts';

/** Every bench by name. */
const benches: Readonly<Record<string, Bench>> = {
  accuracy: accuracyBench,
  decode: decodeBench,
  detect: detectBench,
  gate: gateBench,
  gateway: gatewayBench,
  health: healthBench,
  ingest: ingestBench,
  overload: overloadBench,
  packing: packingBench,
  pipeline: pipelineBench,
  'real-scenes': realScenesBench,
  scripted: scriptedBench,
  scenes: scenesBench,
  soak: soakBench,
  tracking: trackingBench,
  whatif: whatIfBench,
};
/** Options of single benches, all with a value. */
const own = [
  'cameras',
  'scales',
  'seconds',
  'minutes',
  'seed',
  'seeds',
  'shards',
  'peers',
  'profile',
  'seek',
  'nodes',
  'alerts',
  'rounds',
  'transfer',
  'rendered',
] as const;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    page: { type: 'string', default: 'docs/benchmarks.md' },
    card: { type: 'string', default: modelCard },
    ...(Object.fromEntries(own.map((name) => [name, { type: 'string' }])) as Record<string, { type: 'string' }>),
  },
});
const name = positionals[0] ?? '';
const bench = benches[name];
if (bench === undefined || positionals.length !== 1) {
  process.stderr.write(
    `usage: npm run bench -- NAME [--json FILE] [--page FILE] [--card FILE] [--${own.join(' N] [--')} N]\n` +
      `NAME: ${Object.keys(benches).join(', ')}\n`,
  );
  process.exit(2);
}

process.env['MAPLEBRIDGE_LOG'] ??= 'error';
const report = await bench((line) => process.stdout.write(`${line}\n`), values as BenchOptions);
for (const [metric, value] of Object.entries(report.metrics)) {
  process.stdout.write(`${metric.padEnd(32)}${value}\n`);
}
if (values.json !== undefined) writeFileSync(values.json, toJson(name, report));
if (report.page !== undefined) writeSection(values.page, name, report.page);
if (report.card !== undefined) writeCardPart(name, report.card, values.card);
