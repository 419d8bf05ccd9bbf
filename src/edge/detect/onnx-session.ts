import * as ort from 'onnxruntime-node';
import type { OutputTensor } from './candidate.ts';
import type { ProviderName } from './provider.ts';

/** Errors only: of models whose weights are also graph inputs the runtime warns once a weight, hundreds of lines. */
const logSeverityLevel = 3;

/** How a graph is loaded. */
export interface SessionSettings {
  /** A `ProviderName`. */
  readonly provider: string;
  /** Threads of one inference; cpu only. */
  readonly threads: number;
  readonly inputName: string;
}

/** One loaded graph with one float32 input. `run` blocks its thread: for worker threads. */
export class OnnxSession {
  readonly #session: ort.InferenceSession;
  readonly #inputName: string;

  constructor(session: ort.InferenceSession, inputName: string) {
    this.#session = session;
    this.#inputName = inputName;
  }

  /** Loads a model on exactly this provider; throws where the runtime refuses. */
  static async open(path: string, settings: SessionSettings): Promise<OnnxSession> {
    const session = await ort.InferenceSession.create(path, sessionOptions(settings));
    if (!session.inputNames.includes(settings.inputName)) {
      throw new Error(`the model has no input "${settings.inputName}", it has ${session.inputNames.join(', ')}`);
    }
    return new OnnxSession(session, settings.inputName);
  }

  /** Runs the graph; outputs in the graph's order. The tensor's memory may be used again afterwards. */
  async run(data: Float32Array, dims: readonly number[]): Promise<OutputTensor[]> {
    const results = await this.#session.run({ [this.#inputName]: new ort.Tensor('float32', data, dims) });
    return this.#session.outputNames.map((name) => {
      const tensor = results[name];
      if (tensor === undefined || !(tensor.data instanceof Float32Array))
        throw new Error(`output ${name} is not float32`);
      return { name, dims: tensor.dims, data: tensor.data };
    });
  }

  /** Frees the graph. */
  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Options of the runtime for a provider; docs/decisions/0009-detector-runtime.md has what was measured. */
export function sessionOptions({
  provider,
  threads,
}: Pick<SessionSettings, 'provider' | 'threads'>): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [provider satisfies string as ProviderName],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel,
    // Threads that wait for work by spinning take the cores that decoding needs.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  };
}
