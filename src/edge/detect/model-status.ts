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
