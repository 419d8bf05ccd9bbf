import { AppError, messageOf } from '../lib/errors.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/log.ts';

/** How long a service may take to drain: an operator's SIGTERM ends the process within ten seconds. */
const stopLimitMs = 8_000;

/** A service with the name logs use. */
export interface NamedService {
  readonly name: string;
  readonly service: Service;
}

/** Starts services in order; when one cannot start, those before it are stopped again and the fault passed on. */
export async function startAll(services: readonly NamedService[], log: Logger): Promise<void> {
  // Services get a signal that never fires: stopping is the caller's, in reverse order, so that each drains into the next.
  const { signal } = new AbortController();
  const started: NamedService[] = [];
  for (const each of services) {
    try {
      await each.service.start(signal);
      started.push(each);
      log.info({ service: each.name }, 'started');
    } catch (error) {
      await stopAll([...started, each], log).catch(() => undefined);
      throw error;
    }
  }
}

/** Stops services in reverse order, each within its limit; throws MB_STOP_TIMEOUT naming those that were not. */
export async function stopAll(services: readonly NamedService[], log: Logger): Promise<void> {
  const late: string[] = [];
  const deadline = performance.now() + stopLimitMs;
  for (const { name, service } of [...services].reverse()) {
    try {
      if (!(await within(service.stop(), Math.max(500, deadline - performance.now())))) late.push(name);
    } catch (error) {
      log.warn({ service: name, error: messageOf(error) }, 'stopped with an error');
    }
  }
  if (late.length > 0) throw new AppError('MB_STOP_TIMEOUT', `not stopped in time: ${late.join(', ')}`);
  log.info('stopped');
}

async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
