import { parseArgs } from 'node:util';
import { fuzz } from './fuzz/fuzz.ts';
import { GatewayFuzz, leakBytesPerInput } from './fuzz/gateway-fuzz.ts';
import { readIngestCorpus } from './fuzz/ingest-corpus.ts';
import { ingestTargets } from './fuzz/ingest-targets.ts';

/** What can be fuzzed, and with how many inputs unless told otherwise. */
const campaigns = {
  ingest: {
    runs: 1_000_000,
    go: async (runs: number, seed: number) => {
      const report = fuzz({ targets: ingestTargets(readIngestCorpus()), runs, seed });
      return { report, leaks: report.heapMb.end - report.heapMb.early > 16 };
    },
  },
  gateway: {
    runs: 100_000,
    go: async (runs: number, seed: number) => {
      const report = { seed, ...(await new GatewayFuzz(seed).go(runs)) };
      return { report, leaks: report.heapMb.bytesPerInput > leakBytesPerInput };
    },
  },
} as const;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const [name = ''] = positionals;
const campaign = Object.hasOwn(campaigns, name) ? campaigns[name as keyof typeof campaigns] : undefined;
const [runs, seed] = [Number(values.runs ?? campaign?.runs), Number(values.seed)];
const valid = Number.isInteger(runs) && runs > 0 && Number.isInteger(seed) && seed >= 0;

if (campaign === undefined || !valid) {
  process.stderr.write(`usage: npm run fuzz -- ${Object.keys(campaigns).join('|')} [--runs N] [--seed 1]\n`);
  process.exitCode = 2;
} else {
  const { report, leaks } = await campaign.go(runs, seed);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (report.findings.length > 0 || leaks) process.exitCode = 1;
}
