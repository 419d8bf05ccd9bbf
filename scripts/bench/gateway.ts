import { type BenchOptions, type BenchReport, numberOption, quantile, round, spread } from './bench.ts';
import { GatewayLedger, type Hops } from './gateway-ledger.ts';
import { GatewayLoad } from './gateway-load.ts';
import { raisedPercent } from './gateway-node.ts';
import { gatewayPage } from './gateway-page.ts';
import { InsertPeer, peerBatch } from './gateway-peer.ts';
import { type CpuReading, GatewaySite, mosquittoSettings, postgresSettings } from './gateway-site.ts';
import { pause } from './ingest-child.ts';
import { loadAverage, treeCpuS } from './proc.ts';

/** Before the first round: code is compiled, caches fill. Not measured. */
const warmUpAlerts = 2_000;

/** What is not dispatched by then goes on beside the next phase. */
const dispatchLimitMs = 30_000;

/** One phase of the load, from the first publish to the last commit. */
export interface GatewayPhase {
  readonly alerts: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
  readonly hops: Hops;
  /** CPU milliseconds an alert, by process. */
  readonly cpuMs: Readonly<Record<keyof CpuReading | 'nodes', number>>;
  /** Tickets that still waited for their dispatch when the last alert was committed, and how long that took. */
  readonly undispatched: number;
  readonly dispatchS: number;
  /** CPU milliseconds a ticket of the dispatches left, desk and Postgres together. */
  readonly dispatchCpuMs: number;
}

/** What the bench found. */
export interface GatewayFindings {
  readonly full: readonly GatewayPhase[];
  readonly half: GatewayPhase;
  readonly single: readonly { readonly perSecond: number; readonly cpuMsPerRow: number }[];
  readonly batched: readonly { readonly perSecond: number; readonly cpuMsPerRow: number }[];
  readonly nodes: number;
  readonly meanBytes: number;
  readonly tickets: number;
  readonly loadBefore: number;
}

interface Stage {
  readonly site: GatewaySite;
  readonly load: GatewayLoad;
  readonly ledger: GatewayLedger;
}

/** Alerts a second from the broker to the ticket's row, each exactly once, beside a plain INSERT loop. */
export async function gatewayBench(say: (line: string) => void, options: BenchOptions): Promise<BenchReport> {
  const nodes = numberOption(options, 'nodes', 64);
  const alerts = numberOption(options, 'alerts', 20_000);
  const rounds = numberOption(options, 'rounds', 2);
  const seconds = numberOption(options, 'seconds', 20);
  const transfer = JSON.parse(options['transfer'] ?? '{}') as { collect?: object; desk?: object };
  const loadBefore = loadAverage();
  const site = await GatewaySite.start({ nodes, transfer, profileDir: options['profile'] });
  const load = new GatewayLoad();
  const ledger = new GatewayLedger(site.postgres.url);
  try {
    say('the site is up');
    await load.connect(site.load);
    await ledger.open();
    const stage = { site, load, ledger };
    const { meanBytes } = await prepare(stage, warmUpAlerts);
    await phase(stage, warmUpAlerts, undefined);
    const peer = new InsertPeer({ url: site.postgres.url, serverPid: site.postgres.pid, event: 'x'.repeat(meanBytes) });
    await peer.open();
    const full: GatewayPhase[] = [];
    const [single, batched]: [GatewayFindings['single'][number][], GatewayFindings['batched'][number][]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      const ours = async () => {
        await prepare(stage, alerts);
        full.push(await phase(stage, alerts, undefined));
      };
      const theirs = async () => {
        single.push(await peer.single(Math.round(alerts / 4)));
        batched.push(await peer.batched(alerts));
      };
      for (const run of round % 2 === 0 ? [ours, theirs] : [theirs, ours]) await run();
      say(
        `round ${round + 1}: ${Math.round(full.at(-1)?.perSecond ?? 0)} alerts/s, ${inWords(full.at(-1))}; INSERT ${Math.round(single.at(-1)?.perSecond ?? 0)}/s, in batches ${Math.round(batched.at(-1)?.perSecond ?? 0)}/s`,
      );
    }
    await peer.close();
    const halfRate =
      quantile(
        full.map(({ perSecond }) => perSecond),
        0.5,
      ) / 2;
    await prepare(stage, Math.round(halfRate * seconds));
    const half = await phase(stage, Math.round(halfRate * seconds), halfRate);
    say(
      `half load, ${Math.round(halfRate)}/s: ${JSON.stringify(spread(half.latenciesMs))} p99 ${quantile(half.latenciesMs, 0.99)} ${inWords(half)}`,
    );
    const account = await ledger.account();
    say(`${account.lost} lost, ${account.doubled} doubled, ${account.tickets} tickets`);
    const found = { full, half, single, batched, nodes, meanBytes, tickets: account.tickets, loadBefore };
    return reportOf(found, account, { nodes, alerts, rounds, seconds, transfer });
  } catch (error) {
    say(`collect: ${site.log('collect')}\ndesk: ${site.log('desk')}`);
    throw error;
  } finally {
    await load.stop();
    await ledger.close();
    await site.stop();
  }
}

async function prepare({ load, ledger }: Stage, count: number): Promise<{ meanBytes: number }> {
  const { meanBytes, incidents } = await load.prepare(count);
  ledger.expect(incidents);
  return { meanBytes };
}

/** Publishes what is prepared and waits for the last commit, then for the dispatches. */
async function phase(
  { site, load, ledger }: Stage,
  alerts: number,
  perSecond: number | undefined,
): Promise<GatewayPhase> {
  const before = { ...site.cpu(), nodes: treeCpuS(load.pid) };
  const { publishedAt } = await load.run(perSecond);
  await ledger.settled();
  const after = { ...site.cpu(), nodes: treeCpuS(load.pid) };
  const committed = await ledger.committedAt();
  const latenciesMs = publishedAt.map(([id, at]) => (committed.get(id) ?? Number.NaN) - at).filter(Number.isFinite);
  const hops = await ledger.hops(new Map(publishedAt));
  const first = publishedAt.reduce((least, [, at]) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const last = publishedAt.reduce((most, [id]) => Math.max(most, committed.get(id) ?? 0), 0);
  const seconds = (last - first) / 1000;
  const undispatched = await ledger.undispatched();
  const [dispatchBegan, dispatchCpu] = [performance.now(), site.cpu()];
  while (performance.now() - dispatchBegan < dispatchLimitMs && (await ledger.undispatched()) > 0) await pause(200);
  const dispatchUsed = site.cpu().desk + site.cpu().postgres - dispatchCpu.desk - dispatchCpu.postgres;
  const dispatched = undispatched - (await ledger.undispatched());
  const names = Object.keys(before) as (keyof typeof before)[];
  const cpuMs = Object.fromEntries(names.map((name) => [name, ((after[name] - before[name]) * 1000) / alerts]));
  return {
    ...{ alerts, seconds, latenciesMs, hops, undispatched },
    perSecond: latenciesMs.length / seconds,
    cpuMs: cpuMs as GatewayPhase['cpuMs'],
    dispatchS: (performance.now() - dispatchBegan) / 1000,
    dispatchCpuMs: dispatched === 0 ? 0 : (dispatchUsed * 1000) / dispatched,
  };
}

function inWords(phase: GatewayPhase | undefined): string {
  if (phase === undefined) return '';
  const parts = Object.entries(phase.cpuMs).map(([name, ms]) => `${name} ${round(ms)}`);
  const left = `${phase.undispatched} undispatched: ${round(phase.dispatchS)} s, ${round(phase.dispatchCpuMs)} ms each`;
  const hops = Object.entries(phase.hops).map(([hop, { p50Ms, p99Ms }]) => `${hop} ${round(p50Ms)}/${round(p99Ms)}`);
  return `CPU ms an alert: ${parts.join(', ')}; ${left}; p50/p99 ms: ${hops.join(', ')}`;
}

function reportOf(found: GatewayFindings, account: { lost: number; doubled: number }, parameters: object): BenchReport {
  const median = <T>(runs: readonly T[], of: (run: T) => number) => quantile(runs.map(of), 0.5);
  const ticketsPerSecond = median(found.full, ({ perSecond }) => perSecond);
  const perSecond = {
    single: median(found.single, (run) => run.perSecond),
    batched: median(found.batched, (run) => run.perSecond),
  };
  const parts = ['mosquitto', 'collect', 'desk', 'postgres', 'nodes'] as const;
  const cpu = parts.map((part) => [`${part}CpuMs`, round(median(found.full, ({ cpuMs }) => cpuMs[part]))] as const);
  const metrics = {
    ticketsPerSecond: Math.round(ticketsPerSecond),
    p99Ms: Math.round(quantile(found.half.latenciesMs, 0.99)),
    lost: account.lost,
    doubled: account.doubled,
    halfLoadPerSecond: Math.round(found.half.perSecond),
    p50Ms: Math.round(quantile(found.half.latenciesMs, 0.5)),
    insertPerSecond: Math.round(perSecond.single),
    insertBatchedPerSecond: Math.round(perSecond.batched),
    ratioVsInsert: round(ticketsPerSecond / perSecond.single),
    ratioVsInsertBatched: round(ticketsPerSecond / perSecond.batched),
    ...Object.fromEntries(cpu),
    cpuMsPerAlert: round(cpu.reduce((sum, [, ms]) => sum + ms, 0)),
    dispatchCpuMs: round(median(found.full, ({ dispatchCpuMs }) => dispatchCpuMs)),
  };
  return {
    parameters: { ...parameters, raisedPercent, peerBatch, postgresSettings, mosquittoSettings },
    metrics,
    distributions: {
      halfLoadLatencyMs: spread(found.half.latenciesMs),
      ticketsPerSecond: spread(found.full.map(({ perSecond }) => perSecond)),
    },
    page: gatewayPage(found, metrics),
  };
}
