import type { FuzzTarget } from './ingest-targets.ts';
import { liveBytes, toMb } from './live-memory.ts';
import { mutate } from './mutate.ts';
import { FuzzRandom } from './random.ts';

/** What one input did that it must not. */
export interface FuzzFinding {
  /** Number of the input; the same seed makes it again. */
  readonly run: number;
  readonly target: string;
  readonly problem: string;
  readonly inputHex: string;
}

/** Figures of a fuzz run. */
export interface FuzzReport {
  readonly seed: number;
  readonly runs: number;
  readonly seconds: number;
  readonly slowestMs: number;
  /** JavaScript objects and buffers in use (`liveBytes`), after a tenth of the inputs and after all. */
  readonly heapMb: { readonly early: number; readonly end: number };
  readonly targets: readonly { readonly name: string; readonly inputs: number; readonly depth: number }[];
  readonly findings: readonly FuzzFinding[];
}

/** An input that takes longer is a hang; on a busy machine the slowest honest one was seen at some 20 ms. */
const hangMs = 1000;
const maxFindings = 20;

/** Feeds `runs` mutated inputs to the targets in turn. Throws nothing: what a target throws is a finding. */
export function fuzz(options: { targets: readonly FuzzTarget[]; runs: number; seed: number }): FuzzReport {
  const { targets, runs, seed } = options;
  const random = new FuzzRandom(seed);
  const findings: FuzzFinding[] = [];
  const started = performance.now();
  let slowestMs = 0;
  let early = 0;
  for (let run = 0; run < runs && findings.length < maxFindings; run += 1) {
    if (run === Math.floor(runs / 10)) early = toMb(liveBytes());
    const target = targets[run % targets.length];
    if (target === undefined) break;
    const input = mutate(random.pick(target.corpus), random, random.pick(target.corpus));
    const begun = performance.now();
    const problem = problemOf(target, input, random);
    const tookMs = performance.now() - begun;
    slowestMs = Math.max(slowestMs, tookMs);
    const hung = tookMs > hangMs ? `took ${Math.round(tookMs)} ms` : undefined;
    const found = problem ?? hung;
    if (found !== undefined)
      findings.push({ run, target: target.name, problem: found, inputHex: input.toString('hex') });
  }
  const inputs = (index: number) => Math.floor((runs - index - 1) / targets.length) + 1;
  return {
    seed,
    runs,
    seconds: Math.round(performance.now() - started) / 1000,
    slowestMs: Math.round(slowestMs * 10) / 10,
    heapMb: { early, end: toMb(liveBytes()) },
    targets: targets.map((target, index) => ({ name: target.name, inputs: inputs(index), depth: target.depth() })),
    findings,
  };
}

function problemOf(target: FuzzTarget, input: Buffer, random: FuzzRandom): string | undefined {
  try {
    target.run(input, random);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
