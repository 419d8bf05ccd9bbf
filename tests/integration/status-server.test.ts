import { afterEach, expect, test } from 'vitest';
import { Metrics } from '../../src/lib/metrics.ts';
import { type StatusReport, StatusServer } from '../../src/lib/status-server.ts';

let server: StatusServer;
afterEach(() => server.stop());

async function start(status: () => StatusReport): Promise<Metrics> {
  const metrics = new Metrics();
  server = new StatusServer({ host: '127.0.0.1', port: 0, registry: metrics.registry, status });
  await server.start();
  return metrics;
}

const ask = (path: string) => fetch(`${server.address}${path}`);

test('says how the service is, and its figures', async () => {
  const metrics = await start(() => ({ ok: true, body: { state: 'online' } }));
  metrics.counter('maplebridge_test_total', 'For this test').inc();
  expect(await (await ask('/healthz')).json()).toEqual({ state: 'online' });
  expect(await (await ask('/metrics')).text()).toContain('maplebridge_test_total 1');
  expect((await ask('/nothing')).status).toBe(404);
});

test('a service that cannot say how it is, or a figure that cannot be had, is a 503 and not the end', async () => {
  const metrics = await start(() => {
    throw new Error('disk I/O error');
  });
  metrics.registry.metrics = () => Promise.reject(new Error('disk I/O error'));
  for (const path of ['/healthz', '/metrics', '/healthz']) {
    const answer = await ask(path);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('disk I/O error');
  }
});
