import * as ort from 'onnxruntime-node';
import type { OutputTensor } from './candidate.ts';

/** Errors only: of models whose weights are also graph inputs the runtime warns once a weight, hundreds of lines. */
const logSeverityLevel = 3;

/** Execution providers this build of ONNX Runtime has. */
export function availableProviders(): string[] {
  return ort.listSupportedBackends().map(({ name, bundled }) => (bundled ? name : `${name} (not installed)`));
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
  static async open(
    path: string,
    options: { readonly provider: string; readonly threads: number; readonly inputName: string },
  ): Promise<OnnxSession> {
    const session = await ort.InferenceSession.create(path, {
      executionProviders: [options.provider],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel,
    });
    if (!session.inputNames.includes(options.inputName)) {
      throw new Error(`the model has no input "${options.inputName}", it has ${session.inputNames.join(', ')}`);
    }
    return new OnnxSession(session, options.inputName);
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
