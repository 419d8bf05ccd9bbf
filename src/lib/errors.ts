import { type ErrorCode, errorCodes } from './error-codes.ts';

/** A fault with a stable code. Expected outcomes are unions instead; nothing on the frame path throws. */
export class AppError extends Error {
  override readonly name: string = 'AppError';
  readonly code: ErrorCode;
  /** Facts for logs and API answers; never a secret. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** Whether trying again later may succeed without anybody changing anything. */
  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }

  /** What the reader can do about it. */
  get help(): string {
    return errorCodes[this.code].help;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
