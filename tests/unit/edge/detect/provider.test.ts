import { describe, expect, test } from 'vitest';
import { modelProblem } from '../../../../src/edge/detect/model-status.ts';
import {
  chooseProvider,
  fallbackOrder,
  type ProbeResult,
  type ProviderName,
  type ProviderReport,
} from '../../../../src/edge/detect/provider.ts';

/** A machine on which each provider answers as given; without an answer it does not run. */
function machine(answers: Partial<Record<ProviderName, ProbeResult>>) {
  const tried: ProviderName[] = [];
  const probe = (provider: ProviderName): Promise<ProbeResult> => {
    tried.push(provider);
    return Promise.resolve(answers[provider] ?? { ok: false, why: 'not installed' });
  };
  return { tried, probe };
}
const runs = (runMs: number, device?: string): ProbeResult => ({ ok: true, runMs, ...(device && { device }) });

describe('where a model runs', () => {
  test('what takes the place of what', () => {
    expect(fallbackOrder('auto')).toEqual(['tensorrt', 'cuda', 'webgpu', 'cpu']);
    expect(fallbackOrder('cuda')).toEqual(['cuda', 'webgpu', 'cpu']);
    expect(fallbackOrder('cpu')).toEqual(['cpu']);
  });

  test('cpu is not tried out', async () => {
    const { tried, probe } = machine({});
    expect(await chooseProvider('cpu', probe)).toEqual({ asked: 'cpu', used: 'cpu', passedOver: [] });
    expect(tried).toEqual([]);
  });

  test('what was asked for and runs is taken, with its device', async () => {
    const { probe, tried } = machine({ cuda: runs(2, 'NVIDIA X') });
    expect(await chooseProvider('cuda', probe)).toEqual({
      asked: 'cuda',
      used: 'cuda',
      passedOver: [],
      device: 'NVIDIA X',
    });
    expect(tried).toEqual(['cuda']);
  });

  test('what was asked for by name is taken though it is slow', async () => {
    const { probe } = machine({ webgpu: runs(20_000), cpu: runs(20) });
    expect((await chooseProvider('webgpu', probe)).used).toBe('webgpu');
  });

  test('what does not run falls back to the next, saying why', async () => {
    const { probe } = machine({ webgpu: runs(3), cpu: runs(20) });
    expect(await chooseProvider('tensorrt', probe)).toEqual({
      asked: 'tensorrt',
      used: 'webgpu',
      passedOver: ['tensorrt: not installed', 'cuda: not installed'],
    });
  });

  test('nothing slower than cpu takes its place unasked', async () => {
    const { probe } = machine({ webgpu: runs(22_107), cpu: runs(31.2) });
    expect(await chooseProvider('auto', probe)).toEqual({
      asked: 'auto',
      used: 'cpu',
      passedOver: [
        'tensorrt: not installed',
        'cuda: not installed',
        'webgpu: runs, but takes 22107.0 ms a picture where cpu takes 31.2 ms',
      ],
    });
  });
});

describe('what an operator is told of a model', () => {
  const report = (asked: ProviderReport['asked'], used: ProviderReport['used'], passedOver: readonly string[] = []) =>
    modelProblem('m', {
      state: 'ready',
      since: 0,
      provider: { asked, used, passedOver },
      sessions: 1,
      threads: 1,
      waiting: 0,
    });

  test('nothing while all is well, or where any provider would do', () => {
    expect(report('cuda', 'cuda')).toBeUndefined();
    expect(report('auto', 'cpu', ['cuda: not installed'])).toBeUndefined();
    expect(modelProblem('m', { state: 'loading', since: 0 })).toBeUndefined();
  });

  test('that it runs elsewhere than asked for, or not at all', () => {
    expect(report('cuda', 'cpu', ['cuda: not installed', 'webgpu: no adapter'])).toBe(
      'model m runs on cpu, not on cuda: cuda: not installed; webgpu: no adapter',
    );
    const ill = { state: 'unavailable', since: 0, code: 'MB_MODEL_MISSING', why: 'nowhere', retryAt: 1 } as const;
    expect(modelProblem('m', ill)).toBe('model m is unavailable: nowhere');
  });
});
