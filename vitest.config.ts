import { defineConfig } from 'vitest/config';

/**
 * unit: no sockets, no processes. The others start real servers and mostly wait for them: two files at a time keep two
 * cores busy.
 */
const project = (name: string, options: { timeout: number; atOnce?: number; isolate?: boolean }) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: options.timeout,
    hookTimeout: options.timeout,
    isolate: options.isolate ?? true,
    ...(options.atOnce !== undefined && { maxWorkers: options.atOnce }),
    env: { MAPLEBRIDGE_LOG: 'silent' },
  },
});

export default defineConfig({
  test: {
    projects: [
      // Pure code that shares nothing: a module is loaded once, not once a file, which halves the time.
      project('unit', { timeout: 10_000, atOnce: 2, isolate: false }),
      project('contract', { timeout: 60_000 }),
      project('integration', { timeout: 120_000, atOnce: 2 }),
      project('replay', { timeout: 120_000, atOnce: 2 }),
      project('e2e', { timeout: 240_000, atOnce: 2 }),
    ],
    reporters: ['default', './tests/support/summary-reporter.ts'],
  },
});
