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

  /** Loads a model, by path or from a file's bytes, on exactly this provider; throws where the runtime refuses. */
  static async open(model: string | Uint8Array, settings: SessionSettings): Promise<OnnxSession> {
    const options = sessionOptions(settings);
    // Two signatures, one for a path and one for a file's bytes.
    const session = await (typeof model === 'string'
      ? ort.InferenceSession.create(model, options)
      : ort.InferenceSession.create(model, options));
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
      if (tensor === undefined) throw new Error(`output ${name} is missing`);
      return { name, dims: tensor.dims, data: floats(tensor.data, name) };
    });
  }

  /** Frees the graph. */
  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Labels come as integers; there are few of them. */
function floats(data: ort.Tensor['data'], name: string): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array || data instanceof Int32Array) return Float32Array.from(data, Number);
  throw new Error(`output ${name} holds neither float32 nor integers`);
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
