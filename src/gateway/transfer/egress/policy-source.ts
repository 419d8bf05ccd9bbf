import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../../../lib/config.ts';
import { AppError, messageOf } from '../../../lib/errors.ts';
import { sha256 } from '../../../lib/hash.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Gauge, Metrics } from '../../../lib/metrics.ts';
import { EgressPolicy } from './egress-policy.ts';
import { egressPolicySchema } from './policy-schema.ts';

/** The policy that ships. */
export const shippedPolicyFile = fileURLToPath(new URL('../../../../edge-config/egress/default.yaml', import.meta.url));

/** What is in force at the border. */
export type EgressState =
  | { readonly open: true; readonly file: string; readonly version: string; readonly sha256: string }
  | { readonly open: false; readonly file: string; readonly problem: string };

/**
 * The policy in a file, read again whenever the file changes. Fails closed: while the file is missing or wrong there is
 * no policy, not even the last good one, for whoever changed it wanted something else.
 */
export class PolicySource {
  readonly #file: string;
  readonly #log: Logger;
  readonly #open: Gauge;
  #signature: string | undefined;
  #policy: EgressPolicy | undefined;
  #state: EgressState;

  constructor(options: { file?: string | undefined; log: Logger; metrics: Metrics }) {
    this.#file = options.file ?? shippedPolicyFile;
    this.#log = options.log;
    this.#open = options.metrics.gauge(
      'maplebridge_egress_open',
      '1 while an egress policy is in force, else nothing crosses',
    );
    this.#state = { open: false, file: this.#file, problem: 'not read yet' };
  }

  get state(): EgressState {
    return this.#state;
  }

  /** The policy in force at this moment; undefined: nothing may cross. Costs one look at the file's times. */
  current(): EgressPolicy | undefined {
    const signature = signatureOf(this.#file);
    // A file that cannot be read may become readable without a change of its own (a mount, its rights).
    if (signature !== this.#signature || this.#policy === undefined) this.#read(signature);
    return this.#policy;
  }

  /** @throws AppError MB_EGRESS_CLOSED with what is wrong with the file. */
  need(): EgressPolicy {
    const policy = this.current();
    if (policy === undefined) throw closed(this.#state);
    return policy;
  }

  #read(signature: string): void {
    const before = this.#state;
    this.#signature = signature;
    try {
      const text = readFileSync(this.#file, 'utf8');
      this.#policy = new EgressPolicy(parseConfig(text, egressPolicySchema, this.#file));
      const { version } = this.#policy;
      this.#state = { open: true, file: this.#file, version, sha256: sha256(text) };
      this.#log.info({ ...this.#state }, 'egress policy in force');
    } catch (error) {
      const problem = messageOf(error);
      this.#policy = undefined;
      this.#state = { open: false, file: this.#file, problem };
      if (before.open || before.problem !== problem) {
        this.#log.error({ code: 'MB_EGRESS_CLOSED', file: this.#file, problem }, 'no egress policy: nothing crosses');
      }
    }
    this.#open.set(this.#state.open ? 1 : 0);
  }
}

function closed(state: EgressState): AppError {
  const why = state.open ? 'closed' : `${state.file}: ${state.problem}`;
  return new AppError('MB_EGRESS_CLOSED', `no egress policy is in force, nothing crosses: ${why}`);
}

function signatureOf(file: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return 'gone';
  }
}
