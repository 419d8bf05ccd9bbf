import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../lib/error-codes.ts';
import { AppError } from '../lib/errors.ts';
import type { WhatIfAnswer, WhatIfQuestion } from './what-if.ts';

/** What one thread is to do. */
export interface CrewTask {
  readonly path: string;
  readonly questions: readonly WhatIfQuestion[];
}

/** What a thread says. */
export type CrewMessage =
  | { readonly kind: 'answer'; readonly answer: WhatIfAnswer }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

/**
 * Asks the same of many cameras, on several threads; answers come in order of the questions. Cameras are dealt out in
 * turn, so that the busy ones are spread. Rejects as `whatIf` throws.
 */
export async function whatIfOfAll(task: CrewTask, threads: number): Promise<WhatIfAnswer[]> {
  const count = Math.max(1, Math.min(threads, task.questions.length));
  const shares = Array.from({ length: count }, (_, share) => task.questions.filter((_each, n) => n % count === share));
  const workers: Worker[] = [];
  try {
    const running = shares.map((questions) => {
      const workerData: CrewTask = { path: task.path, questions };
      const worker = new Worker(new URL('./what-if-worker.ts', import.meta.url), { workerData });
      workers.push(worker);
      return answersOf(worker);
    });
    const answers = (await Promise.all(running)).flat();
    const order = new Map(task.questions.map(({ camera }, index) => [camera, index]));
    return answers.sort((a, b) => (order.get(a.camera) ?? 0) - (order.get(b.camera) ?? 0));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function answersOf(worker: Worker): Promise<WhatIfAnswer[]> {
  const answers: WhatIfAnswer[] = [];
  return new Promise((resolve, reject) => {
    worker.on('message', (message: CrewMessage) => {
      if (message.kind === 'answer') answers.push(message.answer);
      else reject(new AppError(message.code, message.message));
    });
    worker.once('error', reject);
    worker.once('exit', () => resolve(answers));
  });
}
