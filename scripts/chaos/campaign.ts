import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuzzRandom } from '../fuzz/random.ts';
import { BrokerIntruder } from './broker-intruder.ts';
import { Crossing } from './crossing.ts';
import { DeskWatch } from './desk-watch.ts';
import { FaultRunner } from './fault-runner.ts';
import { judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import type { ProcessEnd } from './managed-process.ts';
import type { NodeWord } from './node-protocol.ts';
import type { CampaignOptions } from './options.ts';
import { missingBatch, Provocations } from './provocations.ts';
import { quiet } from './quiet.ts';
import { type CampaignReport, reportOf } from './report.ts';
import { Timeline } from './timeline.ts';
import { World } from './world.ts';

const superviseMs = 500;

/** Sets up a district, lets things go wrong, heals everything, waits until all is quiet, and judges. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { signal } = options;
  const stopped = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('stopped before its time')), { once: true });
  });
  // Whoever never stops it never hears of this.
  stopped.catch(() => undefined);
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'maplebridge-chaos-'));
  mkdirSync(dir, { recursive: true });
  const timeline = new Timeline(join(dir, 'timeline.ndjson'), options.say);
  const now = () => timeline.now();
  const ledger = new Ledger(join(dir, 'ledger.ndjson'));
  const statuses = new Map<string, Extract<NodeWord, { type: 'status' }>>();
  let load: Load | undefined;
  let selfEnded = 0;
  const onEnd = (name: string, end: ProcessEnd) => {
    load?.ended(name);
    statuses.delete(name);
    if (end.by === 'itself') selfEnded += 1;
    timeline.note(`${name} ended (${end.by}, ${end.code})`);
  };
  const onWord = (node: string, word: NodeWord) => {
    if (word.type === 'status') statuses.set(node, word);
    load?.heard(node, word);
  };
  const world = new World({ dir, nodes: options.nodes, listener: { onWord, onEnd } });
  const random = new FuzzRandom(options.seed);
  let watch: DeskWatch | undefined;
  let crossing: Crossing | undefined;
  let intruder: BrokerIntruder | undefined;
  let supervisor: NodeJS.Timeout | undefined;
  let report: CampaignReport | undefined;
  try {
    await Promise.race([world.start(), stopped]);
    timeline.note(`seed ${options.seed}: everything runs, in ${dir}`);
    const looking = new DeskWatch(world.postgres.url, now);
    watch = looking;
    watch.start();
    crossing = new Crossing({
      drop: world.path('drop'),
      inbox: world.path('inbox'),
      carried: world.path('carried'),
      back: { from: world.path('return'), to: world.path('collect', 'return') },
      spool: world.path('collect', 'spool'),
      random,
      taken: (sender) => looking.batches.get(sender) ?? 0,
      gapReported: (number) => looking.incidents.some(missingBatch(number)),
      note: (what) => timeline.note(what),
    });
    await crossing.start();
    intruder = new BrokerIntruder({ url: world.broker.url, password: world.secret, site: world.site, random });
    await intruder.start();
    const provocations = new Provocations();
    const sawIncident = (kind: string, node: string) =>
      looking.incidents.some((incident) => incident.kind === kind && incident.node === node);
    const stage = { world, crossing, provocations, random, now, intruder, sawIncident };
    const runner = new FaultRunner({ stage, ledger, timeline, everyMs: options.faultEveryMs });
    // As systemd would: whatever ends by itself is started again.
    supervisor = setInterval(() => {
      for (const [name, each] of world.processes) if (!each.runs && !runner.claimed(`process:${name}`)) each.start();
    }, superviseMs);

    load = new Load({ world, ledger, now, alertsPerMinute: options.alerts / options.minutes, seed: options.seed });
    const began = now();
    load.start();
    await Promise.race([runner.run(began + options.minutes * 60_000), stopped]);
    timeline.note(`healed: ${ledger.promised} alerts promised`);
    while (ledger.promised < options.alerts && signal?.aborted !== true) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    load.stop();
    const stuck = await Promise.race([quiet({ world, watch, crossing, ledger, statuses, now }), stopped]);
    timeline.note(stuck.length === 0 ? 'all is quiet' : `NOT QUIET: ${stuck.join('; ')}`);
    const evidence = { world, watch, ledger, crossing, provocations, stuck };
    const verdict = await judge(evidence);
    report = reportOf({ options, dir, timeline, ledger, watch, world, records: runner.records, verdict, selfEnded });
    report.figures['mqttDuplicates'] = intruder.duplicates;
    await options.afterwards?.(evidence);
    return report;
  } finally {
    load?.stop();
    clearInterval(supervisor);
    await intruder?.stop();
    await crossing?.stop();
    await watch?.stop();
    await world.stop();
    ledger.close();
    // What is wrong is kept, to be looked at.
    if (report?.violations.length === 0 && options.dir === undefined) rmSync(dir, { recursive: true, force: true });
  }
}
