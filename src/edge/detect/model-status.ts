import type { UtcMs } from '../../domain/ids.ts';
import type { ErrorCode } from '../../lib/error-codes.ts';
import type { ProviderReport } from './provider.ts';

/** How a model is. `loading`: for the first time; `unavailable`: its scenes are not watched; it is tried again by itself. */
export type ModelStatus =
  | { readonly state: 'loading'; readonly since: UtcMs }
  | {
      readonly state: 'ready';
      readonly since: UtcMs;
      readonly provider: ProviderReport;
      readonly sessions: number;
      readonly threads: number;
      /** Looks waiting for it. */
      readonly waiting: number;
    }
  | {
      readonly state: 'unavailable';
      readonly since: UtcMs;
      readonly code: ErrorCode;
      readonly why: string;
      readonly retryAt: UtcMs;
    };

/** What an operator should know of a model, in one line: it does not run, or elsewhere than it was to; undefined: all is well. */
export function modelProblem(id: string, status: ModelStatus): string | undefined {
  if (status.state === 'unavailable') return `model ${id} is unavailable: ${status.why}`;
  if (status.state !== 'ready') return undefined;
  const { asked, used, passedOver } = status.provider;
  if (asked === 'auto' || asked === used) return undefined;
  return `model ${id} runs on ${used}, not on ${asked}: ${passedOver.join('; ')}`;
}
