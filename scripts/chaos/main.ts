import { writeFileSync } from 'node:fs';
import { runCampaign } from './campaign.ts';
import { readOptions } from './options.ts';
import { campaignPage } from './page.ts';

/** `npm run chaos`: ends with 1 when anything was lost, doubled, out of order or otherwise wrong. */
async function main(args: readonly string[]): Promise<number> {
  const { campaign, outputs } = readOptions(args);
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const report = await runCampaign({ ...campaign, say, signal: stopping.signal });
  const { stories, violations, faults, figures } = report;
  for (const { kind, times, recoveredP50, recoveredP99 } of faults) {
    process.stdout.write(
      `${kind.padEnd(44)}${String(times).padStart(5)}  recovered ${recoveredP50} / ${recoveredP99} s\n`,
    );
  }
  for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(44)}${value}\n`);
  for (const story of stories) process.stdout.write(`\n${story}\n`);
  if (violations.length > stories.length) process.stdout.write(`\nand ${violations.length - stories.length} more\n`);
  if (outputs.json !== undefined) writeFileSync(outputs.json, `${JSON.stringify(report, null, 2)}\n`);
  // Where the results went is nobody's business but the caller's.
  const shown = args.join(' ').replace(/ ?--(json|page|dir)([= ][^-]\S*)?/g, '');
  if (outputs.page !== undefined) writeFileSync(outputs.page, campaignPage(report, shown.trim()));
  return violations.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
process.exit();
