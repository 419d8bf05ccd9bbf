import { parseArgs } from 'node:util';
import { fuzz } from './fuzz/fuzz.ts';
import { readIngestCorpus } from './fuzz/ingest-corpus.ts';
import { ingestTargets } from './fuzz/ingest-targets.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
const valid = Number.isInteger(runs) && runs > 0 && Number.isInteger(seed) && seed >= 0;

if (positionals[0] !== 'ingest' || !valid) {
  process.stderr.write('usage: npm run fuzz -- ingest [--runs 1000000] [--seed 1]\n');
  process.exitCode = 2;
} else {
  const report = fuzz({ targets: ingestTargets(readIngestCorpus()), runs, seed });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  const grownMb = report.heapMb.end - report.heapMb.early;
  if (report.findings.length > 0 || grownMb > 16) process.exitCode = 1;
}
