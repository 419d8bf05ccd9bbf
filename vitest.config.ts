import { defineConfig } from 'vitest/config';

/** unit: no sockets, no processes. The others start real servers and run one file at a time on two cores. */
const project = (name: string, options: { timeout: number; parallel: boolean }) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: options.timeout,
    hookTimeout: options.timeout,
    fileParallelism: options.parallel,
    env: { MAPLEBRIDGE_LOG: 'silent' },
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', { timeout: 10_000, parallel: true }),
      project('contract', { timeout: 60_000, parallel: true }),
      project('integration', { timeout: 120_000, parallel: false }),
      project('replay', { timeout: 120_000, parallel: false }),
      project('e2e', { timeout: 240_000, parallel: false }),
    ],
    reporters: ['default', './tests/support/summary-reporter.ts'],
  },
});
