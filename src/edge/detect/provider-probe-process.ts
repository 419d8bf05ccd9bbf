import { messageOf } from '../../lib/errors.ts';
import { deviceInUse } from './device-in-use.ts';
import { OnnxSession } from './onnx-session.ts';
import type { ProbeResult } from './provider.ts';
import type { ProbeAsk } from './provider-probe.ts';

/** The child process of `probeProvider`: one answer as JSON on standard output; exit code 1 where the provider does not run. */
const say = (answer: ProbeResult, code: number) => {
  // Ends here and now: a driver that hangs while it is taken down must not spoil a good answer.
  process.stdout.write(JSON.stringify(answer), () => process.exit(code));
};

try {
  const { path, provider, inputName, dims, threads } = JSON.parse(process.argv[2] ?? '') as ProbeAsk;
  const session = await OnnxSession.open(path, { provider, threads, inputName });
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(0.5);
  // The first run compiles kernels.
  await session.run(data, dims);
  const began = performance.now();
  await session.run(data, dims);
  const runMs = performance.now() - began;
  const device = deviceInUse(provider);
  say({ ok: true, runMs, ...(device !== undefined && { device }) }, 0);
} catch (error) {
  say({ ok: false, why: firstLine(messageOf(error)) }, 1);
}

/** Without the source paths that native errors begin with. */
function firstLine(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.replace(/^\/\S+ .* was false\. /, '');
}
