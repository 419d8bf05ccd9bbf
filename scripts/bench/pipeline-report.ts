import { quantile, round, spread } from './bench.ts';
import type { PipelineClip } from './pipeline-clips.ts';
import type { rampPeer } from './pipeline-peer-ramp.ts';
import type { Scale } from './pipeline-scale.ts';

/** Everything the bench found. */
export interface PipelineFindings {
  readonly footage: boolean;
  readonly clips: readonly PipelineClip[];
  /** By number of cameras. */
  readonly scales: readonly Scale[];
  readonly windowS: number;
  /** Sections of the node's configuration that were not the standard ones. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** A process a camera; undefined where it was left out. */
  readonly peer: Awaited<ReturnType<typeof rampPeer>> | undefined;
}

/** Of a scale that is held, at least this share of the looks is on time. */
export const heldShare = 0.98;

/** On time, no camera shed, no interval stretched. */
export function isHeld({ looks }: Scale): boolean {
  return looks.onTime >= heldShare && looks.shed === 0 && looks.stretch <= 1;
}

/** Metrics by the names that are compared, and the rest. */
export function pipelineReport(found: PipelineFindings) {
  const { scales, peer } = found;
  return {
    metrics: Object.fromEntries(Object.entries(metricsOf(found)).map(([name, value]) => [name, round(value)])),
    distributions: {
      ...Object.fromEntries(scales.map((scale) => [`${scale.cameras}`, distributionsOf(scale)])),
      processPerCamera: peer?.tried ?? [],
    },
  };
}

/** The largest scale that was held, else the smallest, stands for the node. */
function metricsOf({ scales, peer }: PipelineFindings): Record<string, number> {
  const held = scales.findLast(isHeld);
  const shown = held ?? scales[0];
  if (shown === undefined) throw new Error('nothing was measured');
  const { looks, alerts } = shown;
  const theirs = peer?.held;
  return {
    cameras: held?.cameras ?? 0,
    nodeCores: shown.cores,
    coresPerCameraPercent: (shown.cores / shown.cameras) * 100,
    looksOnTime: looks.onTime,
    alertLatencyP99Ms: quantile(
      alerts.raised.map(({ latencyMs }) => latencyMs),
      0.99,
    ),
    alertFromPictureP99Ms: quantile(
      alerts.raised.map(({ fromPictureMs }) => fromPictureMs),
      0.99,
    ),
    alertFromDecidingP99Ms: quantile(
      alerts.raised.map(({ fromDecidingMs }) => fromDecidingMs),
      0.99,
    ),
    alertsExpected: alerts.expected,
    alertsRaised: alerts.raised.length,
    rssMb: shown.rssMb,
    lostUnits: scales.reduce((sum, { lostUnits }) => sum + lostUnits, 0),
    cpuFlatness: flatness(scales),
    farmCores: shown.farmCores,
    ...(theirs && {
      camerasProcessPerCamera: theirs.cameras,
      camerasRatioVsProcessPerCamera: (held?.cameras ?? 0) / theirs.cameras,
      cpuRatioVsProcessPerCamera: theirs.cores / theirs.cameras / (shown.cores / shown.cameras),
      rssRatioVsProcessPerCamera: theirs.rssMb / theirs.cameras / (shown.rssMb / shown.cameras),
    }),
  };
}

/** How far the CPU a camera takes is from its mean over the scales held, at most, as a share. */
function flatness(all: readonly Scale[]): number {
  const held = all.filter(isHeld);
  const each = (held.length > 1 ? held : all).map(({ cores, cameras }) => cores / cameras);
  const mean = each.reduce((sum, cores) => sum + cores, 0) / each.length;
  return Math.max(...each.map((cores) => Math.abs(cores / mean - 1)));
}

function distributionsOf(scale: Scale) {
  const { alerts, coresOfParts, ...rest } = scale;
  return {
    ...rest,
    parts: spread(coresOfParts),
    alertLatencyMs: spread(alerts.raised.map(({ latencyMs }) => latencyMs)),
    alertFromDecidingMs: spread(alerts.raised.map(({ fromDecidingMs }) => fromDecidingMs)),
    alerts: { expected: alerts.expected, raised: alerts.raised.length, strange: alerts.strange, missed: alerts.missed },
  };
}

/** One scale in a few lines. */
export function tellScale(say: (line: string) => void, scale: Scale): void {
  const { cameras, cores, rssMb, looks, alerts, lostUnits, threads, farmCores, load } = scale;
  const json = (value: unknown) =>
    JSON.stringify(value, (_, each) => (typeof each === 'number' && Number.isFinite(each) ? round(each) : each));
  say(
    `${cameras} cameras: ${round(cores)} cores, ${Math.round(rssMb)} MB, ${round(looks.perSecond)} looks/s, ` +
      `${round(looks.onTime * 100)} % on time, ${looks.shed} shed, stretch ${looks.stretch}, ${alerts.raised.length} of ` +
      `${alerts.expected} alerts (${alerts.strange.length} strange), ${lostUnits} units lost, farm ${round(farmCores)} cores, load ${load}`,
  );
  say(`  threads: ${json(threads)}`);
  say(`  looks: ${json(looks)}`);
  say(`  alerts: ${json(spread(alerts.raised.map(({ latencyMs }) => latencyMs)))} ms`);
  for (const alert of alerts.strange) say(`  strange: ${alert}`);
  for (const due of alerts.missed) say(`  missed: ${due}`);
}
