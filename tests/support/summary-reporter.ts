import type { Reporter, TestModule } from 'vitest/node';

/** Closes the run on one plain line, `N passed, N failed[, N skipped]`, that any CI can read. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state] += 1;
      // A file that does not load, or a hook that throws, fails no test of its own: it must not look like a skip.
      const suites = [...module.children.allSuites()];
      count.failed += [module, ...suites].filter((each) => each.errors().length > 0).length;
    }
    const skipped = count.skipped + count.pending;
    process.on('exit', () => {
      process.stdout.write(
        `\n${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
      );
    });
  }
}
