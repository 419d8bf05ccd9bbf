import * as ort from 'onnxruntime-node';
import type { ModelEntry } from '../../src/edge/detect/model-manifest.ts';
import type { Size } from '../../src/edge/detect/packing/rect.ts';

/** A graph alone on one ready-made tensor. */
export interface BareSession {
  run(): Promise<void>;
  close(): Promise<void>;
}

/** What a bare session is opened with. */
export interface BareOptions {
  readonly provider?: string;
  readonly threads?: number;
  readonly batch?: number;
  readonly spinning?: boolean;
  /** Where the graph takes inputs of every size. */
  readonly size?: Size;
}

/** Opens ONNX Runtime as one would by hand. */
export async function bareSession(
  graph: string | Uint8Array,
  entry: ModelEntry,
  options: BareOptions = {},
): Promise<BareSession> {
  const { provider = 'cpu', threads = 1, batch = 1, spinning = true } = options;
  // Two calls, because the runtime's types tell a path and bytes apart.
  const create = (settings: ort.InferenceSession.SessionOptions) =>
    typeof graph === 'string'
      ? ort.InferenceSession.create(graph, settings)
      : ort.InferenceSession.create(graph, settings);
  const session = await create({
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(!spinning && { extra: { session: { intra_op: { allow_spinning: '0' } } } }),
  });
  const { name, layout } = entry.input;
  const { width, height } = options.size ?? entry.input;
  const dims = layout === 'nchw' ? [batch, 3, height, width] : [batch, height, width, 3];
  // Values as of pictures: even ones far from what a model knows may make it compute with denormals, slowly.
  const [mean, std] = [entry.input.mean[0], entry.input.std[0]];
  const data = Float32Array.from({ length: batch * 3 * width * height }, (_, at) => (((at * 7919) % 256) - mean) / std);
  const feeds = { [name]: new ort.Tensor('float32', data, dims) };
  return {
    run: async () => {
      await session.run(feeds);
    },
    close: () => session.release(),
  };
}
