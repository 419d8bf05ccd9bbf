import { loadableModel } from '../../src/edge/detect/loadable-model.ts';
import type { ProbeResult } from '../../src/edge/detect/provider.ts';
import { providerNames } from '../../src/edge/detect/provider.ts';
import { probeProvider } from '../../src/edge/detect/provider-probe.ts';
import { AppError, messageOf } from '../../src/lib/errors.ts';
import { type BenchReport, round } from './bench.ts';
import { table } from './benchmarks-page.ts';
import { benchStore, loadTimeoutMs } from './detect-inputs.ts';
import { compareModel, type ModelResult } from './detect-models.ts';
import { groupSettings, type SettingResult, sessionSettings, threadSettings } from './detect-settings.ts';
import { benchKeyframes } from './footage.ts';

const full = { rounds: 7, pictures: 24 };
/** The model whose figures go back furthest. */
const standardId = 'yolox-nano-416';

/** Our detector beside the bare graph, by provider, batch and model; then what its settings cost on cpu. */
export async function detectBench(say: (line: string) => void): Promise<BenchReport> {
  const { source, keyframes } = await benchKeyframes();
  const probes = await probeAll(say);
  const results: ModelResult[] = [];
  const run = async (one: Parameters<typeof compareModel>[0]) => {
    const result = await compareModel(one, keyframes);
    results.push(result);
    say(`${result.model} ${result.provider} batch ${result.batch}: ${JSON.stringify(result)}`);
  };
  for (const { id } of benchStore().manifest.models) {
    if (await isHere(id, say)) await run({ id, provider: 'cpu', batch: 1, ...full });
  }
  for (const [provider, probe] of probes) {
    if (provider === 'cpu' || !probe.ok) continue;
    for (const batch of [1, 4]) {
      // A software adapter takes seconds a picture.
      const size = probe.runMs > 1000 ? { rounds: 1, pictures: batch } : full;
      await run({ id: standardId, provider, batch, ...size });
    }
  }
  const standard = results.find(({ model, provider }) => model === standardId && provider === 'cpu');
  if (standard === undefined) throw new Error('the standard model is not here: set MAPLEBRIDGE_MODEL_MIRROR');
  const ask = { id: standardId, rounds: 5, pictures: 12 };
  const threads = await threadSettings(ask);
  const sessions = await sessionSettings(ask, keyframes);
  const groups = await groupSettings({ ...ask, pictures: 24 }, keyframes);
  return {
    parameters: { source, ...full, standard: standardId },
    metrics: {
      imagesPerSecond: standard.imagesPerSecond.median,
      ratioVsBare: standard.ratioVsBare.median,
    },
    distributions: {
      ...Object.fromEntries(results.map((each) => [`${each.model}/${each.provider}/${each.batch}`, each])),
      probes: Object.fromEntries(probes),
      threads,
      sessions,
      groups,
    },
    page: page(source, probes, results, [threads, sessions, groups]),
  };
}

async function probeAll(say: (line: string) => void): Promise<ReadonlyMap<string, ProbeResult>> {
  const { path, entry } = await loadableModel(standardId, benchStore());
  const { name: inputName, width, height, layout } = entry.input;
  const dims = layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
  const probes = new Map<string, ProbeResult>();
  for (const provider of [...providerNames].reverse()) {
    const probe = await probeProvider({ path, provider, inputName, dims, threads: 1 }, { timeoutMs: loadTimeoutMs });
    probes.set(provider, probe);
    say(`${provider}: ${JSON.stringify(probe)}`);
  }
  return probes;
}

async function isHere(id: string, say: (line: string) => void): Promise<boolean> {
  try {
    await loadableModel(id, benchStore());
    return true;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'MB_MODEL_MISSING') throw error;
    say(`${id}: left out: ${messageOf(error)}`);
    return false;
  }
}

function page(
  source: string,
  probes: ReadonlyMap<string, ProbeResult>,
  results: readonly ModelResult[],
  [threads = [], sessions = [], groups = []]: readonly SettingResult[][],
): string {
  const settings = (rows: readonly SettingResult[]) =>
    table([['setting', 'pictures/s', 'CPU ms a picture'], ...rows.map((row) => Object.values(row))]);
  return `
Whole pictures of ${source} through the detector as a node has it (queue, thread, tensor, graph, boxes, suppression),
beside a bare \`session.run\` loop on the same graph with input of the same size in the same process, ${full.rounds} rounds of
${full.pictures} pictures in changing order; medians. On cpu the ratio is of CPU time, elsewhere of wall time.

| provider | on this machine |
| --- | --- |
${[...probes].map(([provider, probe]) => `| ${provider} | ${told(probe)} |`).join('\n')}

${table([
  ['model', 'provider', 'batch', 'input', 'pictures/s', 'bare pictures/s', 'CPU ms', 'bare CPU ms', 'ratio vs bare'],
  ...results.map((each) => [
    each.model,
    each.provider,
    each.batch,
    each.input,
    each.imagesPerSecond.median,
    each.bareImagesPerSecond.median,
    each.cpuMs,
    each.bareCpuMs,
    each.ratioVsBare.median,
  ]),
])}

Threads and batches, ${standardId}, cpu, the bare graph:

${settings(threads)}

Sessions and threads, ours:

${settings(sessions)}

Looks that share a model input (a look is one region of a fifth by a third of the picture), ours:

${settings(groups)}
`;
}

function told(probe: ProbeResult): string {
  if (!probe.ok) return `does not run: ${probe.why.replaceAll('|', '/')}`;
  return `runs, ${round(probe.runMs)} ms a picture at the start${probe.device === undefined ? '' : `, on ${probe.device}`}`;
}
