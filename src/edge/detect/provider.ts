/** Execution providers of ONNX Runtime that a model may run on, in the order they are tried; cpu always runs. */
export const providerNames = ['tensorrt', 'cuda', 'webgpu', 'cpu'] as const;

/** An execution provider. */
export type ProviderName = (typeof providerNames)[number];

/** What the configuration asks for. */
export type ProviderWish = ProviderName | 'auto';

/** Where a model runs, and why not elsewhere. */
export interface ProviderReport {
  readonly asked: ProviderWish;
  readonly used: ProviderName;
  /** One line for each provider that was tried and passed over, in order. */
  readonly passedOver: readonly string[];
  /** The accelerator and its driver, where they can be known. */
  readonly device?: string;
}

/** How a trial run of a model on a provider went. */
export type ProbeResult =
  | { readonly ok: true; readonly runMs: number; readonly device?: string }
  | { readonly ok: false; readonly why: string };

/** Providers that may take the place of the one asked for, that one first. */
export function fallbackOrder(asked: ProviderWish): readonly ProviderName[] {
  return asked === 'auto' ? providerNames : providerNames.slice(providerNames.indexOf(asked));
}

/**
 * Chooses where a model runs by really running it. What was asked for by name is taken when it runs, however slow; what
 * takes its place, or `auto` finds, must also be quicker than cpu: a machine without a graphics card may have a WebGPU
 * adapter in software, a thousand times slower. cpu itself is not tried out here: the thread that loads it does that.
 */
export async function chooseProvider(
  asked: ProviderWish,
  probe: (provider: ProviderName) => Promise<ProbeResult>,
): Promise<ProviderReport> {
  const passedOver: string[] = [];
  for (const provider of fallbackOrder(asked)) {
    if (provider === 'cpu') break;
    const result = await probe(provider);
    if (!result.ok) {
      passedOver.push(`${provider}: ${result.why}`);
      continue;
    }
    const slower = provider === asked ? undefined : await slowerThanCpu(result.runMs, probe);
    if (slower === undefined) {
      return { asked, used: provider, passedOver, ...(result.device !== undefined && { device: result.device }) };
    }
    passedOver.push(`${provider}: ${slower}`);
  }
  return { asked, used: 'cpu', passedOver };
}

async function slowerThanCpu(
  runMs: number,
  probe: (provider: ProviderName) => Promise<ProbeResult>,
): Promise<string | undefined> {
  const cpu = await probe('cpu');
  if (!cpu.ok || cpu.runMs > runMs) return undefined;
  return `runs, but takes ${runMs.toFixed(1)} ms a picture where cpu takes ${cpu.runMs.toFixed(1)} ms`;
}
