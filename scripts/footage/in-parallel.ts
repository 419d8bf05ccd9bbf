import { StageBrowser } from './stage-browser.ts';

/** Whether a browser can go on after a job. */
type BrowserState = 'sound' | 'spent';

/**
 * Works on jobs with so many browsers at once, each taking the next job when it is done with one; the first failure ends
 * all. A browser gives way to a fresh one after `mostJobs`, as what its driver never gives back goes with it, and where
 * `work` answers that it is no longer `sound`.
 */
export async function withBrowsers<Job>(
  jobs: readonly Job[],
  workers: number,
  work: (browser: StageBrowser, job: Job) => Promise<BrowserState>,
  mostJobs = 80,
): Promise<void> {
  const waiting = [...jobs];
  let hasFailed = false;
  const worker = async () => {
    while (waiting.length > 0 && !hasFailed) {
      const browser = new StageBrowser();
      try {
        await browser.start();
        for (let done = 0; done < mostJobs && !hasFailed; done += 1) {
          const job = waiting.shift();
          if (job === undefined) break;
          if ((await work(browser, job)) === 'spent') break;
        }
      } catch (error) {
        hasFailed = true;
        throw error;
      } finally {
        await browser.stop();
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(workers, jobs.length) }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
