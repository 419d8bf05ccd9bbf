/** What went wrong between this page and the desk: the desk's own `{code, message, help}`, or `NETWORK` / `HTTP_<status>`. */
export class DeskError extends Error {
  override readonly name = 'DeskError';
  readonly code: string;
  readonly help: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;

  constructor(options: { code: string; message: string; help: string; status: number; cause?: unknown }) {
    super(options.message, { cause: options.cause });
    this.code = options.code;
    this.help = options.help;
    this.status = options.status;
  }

  /** The session is missing or over. */
  get signedOut(): boolean {
    return this.status === 401;
  }
}

/** Whatever was thrown, as a DeskError. */
export function toDeskError(cause: unknown): DeskError {
  if (cause instanceof DeskError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DeskError({ code: 'NETWORK', message, help: '', status: 0, cause });
}

/** Reads the body of a refused request; tolerates proxies that answer with something else than JSON. */
export function refusal(status: number, body: unknown): DeskError {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  return new DeskError({
    code: text(fields['code'], `HTTP_${status}`),
    message: text(fields['message'], `HTTP status ${status}`),
    help: text(fields['help'], ''),
    status,
  });
}
