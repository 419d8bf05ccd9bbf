import { join } from 'node:path';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import { resolveModel } from '../../src/edge/detect/model-store.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import { type BenchOptions, type BenchReport, numberOption } from './bench.ts';
import { pipelineClips } from './pipeline-clips.ts';
import { PipelineFarm } from './pipeline-farm.ts';
import { pipelinePage } from './pipeline-page.ts';
import { type PeerRamp, rampPeer } from './pipeline-peer-ramp.ts';
import { heldShare, isHeld, pipelineReport, tellScale } from './pipeline-report.ts';
import { measureScale, type Scale } from './pipeline-scale.ts';
import { type BenchCamera, planCameras } from './pipeline-scenario.ts';

const standardScales = [100, 300, 600, 1200];
/** The standard model: of the node and of its peer. */
const modelId = 'yolox-nano-416';
/** The peer is tried with this many cameras first, and never with more than `--peers`. */
const firstPeers = 24;
const mostPeers = 200;

/**
 * A farm and an edge node on one machine, at several numbers of cameras, from the network to the stored alert; then, on
 * the same cameras, as many as fit of a process a camera with the same model.
 * `--seek N`: where the largest scale is not held, so many more are tried between the last that was and the first that
 * was not. `--peers 0`: without the peer.
 */
export async function pipelineBench(say: (line: string) => void, options: BenchOptions): Promise<BenchReport> {
  const windowS = numberOption(options, 'seconds', 60);
  const scales = scalesOf(options);
  const peers = numberOption(options, 'peers', mostPeers);
  const given = JSON.parse(process.env['BENCH_EDGE'] ?? '{}') as Record<string, unknown>;
  const more = { detect: { models: [{ id: modelId }] }, ...given };
  const execArgv = nodeArguments(options['profile']);
  const { footage, clips } = await pipelineClips(say);
  const cameras = planCameras(Math.max(...scales, peers), clips);
  const farm = await PipelineFarm.start(cameras);
  const measured: Scale[] = [];
  const measure = async (count: number) => {
    const scale = await measureScale(farm, cameras.slice(0, count), { windowS, more, execArgv });
    tellScale(say, scale);
    measured.push(scale);
    measured.sort((a, b) => a.cameras - b.cameras);
  };
  try {
    for (const scale of scales) await measure(scale);
    for (let tries = numberOption(options, 'seek', 1); tries > 0; tries -= 1) {
      const next = between(measured);
      if (next === undefined) break;
      await measure(next);
    }
    const peer = peers > 0 ? await rampPeer({ ...(await peerOf(farm, cameras)), most: peers, say }) : undefined;
    const found = { footage, clips, scales: measured, windowS, settings: more, peer };
    const { metrics, distributions } = pipelineReport(found);
    return {
      parameters: { ...{ scales, windowS, footage, peers, heldShare }, settings: more },
      metrics,
      distributions,
      page: pipelinePage(found, metrics),
    };
  } finally {
    await farm.stop();
  }
}

function scalesOf(options: BenchOptions): readonly number[] {
  const text = options['scales'];
  if (text === undefined) return 'cameras' in options ? [numberOption(options, 'cameras', 1200)] : standardScales;
  const scales = text.split(',').map(Number);
  if (scales.some((scale) => !Number.isInteger(scale) || scale < 1)) throw new Error(`--scales: not numbers: ${text}`);
  return scales;
}

/** Arguments of Node.js for the edge node: a profile, and what is to be tried out. */
function nodeArguments(profile: string | undefined): readonly string[] {
  const tried = process.env['BENCH_NODE_ARGS']?.split(' ') ?? [];
  return profile === undefined ? tried : [...tried, '--cpu-prof', `--cpu-prof-dir=${profile}`];
}

/** Half-way from the largest scale that was held to the next, in steps of 20 cameras; undefined where that is none. */
function between(scales: readonly Scale[]): number | undefined {
  const held = scales.findLastIndex(isHeld);
  const [low, high] = [scales[held]?.cameras ?? 0, scales[held + 1]?.cameras];
  if (high === undefined) return undefined;
  const middle = Math.round((low + high) / 40) * 20;
  return middle > low && middle < high ? middle : undefined;
}

/** The peer on the farm's cameras, with the node's standard model. */
async function peerOf(farm: PipelineFarm, cameras: readonly BenchCamera[]): Promise<Omit<PeerRamp, 'most'>> {
  const mirror = process.env['MAPLEBRIDGE_MODEL_MIRROR'] ?? (sharedDir && join(sharedDir, 'models'));
  const url = ({ path }: BenchCamera) => `rtsp://127.0.0.1:${farm.port}${path}`;
  const urlsOf = (count: number) => {
    const some = cameras.slice(0, count);
    const of = (idle: boolean) => some.filter(({ kind }) => (kind === 'idle') === idle).map(url);
    return { idle: of(true), busy: of(false) };
  };
  const model = await resolveModel(modelId, { manifest: loadManifest(), mirror });
  return { urlsOf, model, first: firstPeers, windowS: 20, heldShare };
}
