import type { KeyHolder } from '../../contracts/key-rotation.ts';
import { NodeKeys } from '../../contracts/node-keys.ts';
import { type RevocationList, whyNotAfter } from '../../contracts/revocation-list.ts';
import type { IntegrityIncident } from '../../contracts/ticket-intake.ts';
import type { NodeKeyConfig, SenderKeyConfig, TrustConfig } from '../../contracts/trust-config.ts';
import type { NodeId } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { KeyRing, keyIdOfPem, loadPublicKey } from '../../lib/keys.ts';
import type { Service } from '../../lib/lifecycle.ts';
import type { Logger } from '../../lib/log.ts';
import type { Gauge, Metrics } from '../../lib/metrics.ts';
import { type FoundRotation, type JudgedKey, judgeKeys } from './judge-keys.ts';
import { readRevocationFile, readRotations, stateOf } from './trust-files.ts';

/** What the book needs. */
export interface TrustBookOptions {
  readonly nodes: readonly NodeKeyConfig[];
  /** Keys of the collecting gateways; none on their own side. */
  readonly senders?: readonly SenderKeyConfig[];
  readonly trust: TrustConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Files are looked at this often: a stolen box is not believed for longer. */
const pollMs = 1_000;

/**
 * Whose keys are believed now: what is configured, with rotations and revocations read again while the service runs.
 * Its rings stay the same objects; what is in them changes. A revocation list that cannot be believed refuses the start;
 * while the service runs the last good one stays at work and a problem is raised.
 */
export class TrustBook implements Service {
  /** Keys of the nodes, with their terms. */
  readonly nodeKeys = new NodeKeys();
  /** Keys of the collecting gateways, with their terms. */
  readonly senderKeys = new KeyRing();
  /** Every node key there is, for what was taken in long ago: a key is judged once, when its alert is taken in. */
  readonly everyNodeKey = new KeyRing();
  readonly #options: TrustBookOptions;
  readonly #gauge: Gauge;
  readonly #listeners = new Set<(incident: IntegrityIncident) => void>();
  #list: RevocationList | undefined;
  /** As last read: a folder that is away for a while takes no key back. */
  #rotations: readonly FoundRotation[] = [];
  #keys: readonly JudgedKey[] = [];
  #problems: readonly string[] = [];
  /** What the files were like just before they were last read. */
  #state = '';
  #cancelPoll: (() => void) | undefined;

  constructor(options: TrustBookOptions) {
    this.#options = options;
    this.#gauge = options.metrics.gauge(
      'maplebridge_trust_problems',
      'Rotation statements and revocation lists that cannot be believed.',
    );
  }

  /** What is trusted, for those who ask. */
  get keys(): readonly JudgedKey[] {
    return this.#keys;
  }

  /** Files that cannot be believed; the rest is at work. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Told of each problem once; those there are already at once. The returned function ends it. */
  onProblem(listener: (incident: IntegrityIncident) => void): () => void {
    this.#listeners.add(listener);
    for (const problem of this.#problems) listener(this.#incident(problem));
    return () => this.#listeners.delete(listener);
  }

  /** @throws AppError MB_KEY_UNREADABLE naming a key file; MB_TRUST naming the revocation list that cannot be believed. */
  load(): void {
    const { trust } = this.#options;
    this.#state = stateOf(trust);
    if (trust.revocations !== undefined) {
      const check = readRevocationFile(trust.revocations);
      if (!check.ok) throw new AppError('MB_TRUST', `${trust.revocations.file}: ${check.reason}`);
      this.#list = check.list;
    }
    this.#judge([]);
  }

  /** Loads, and reads again whenever a file changes. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#cancelPoll !== undefined) return;
    if (this.#state === '' && this.#keys.length === 0) this.load();
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#poll();
  }

  async stop(): Promise<void> {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
  }

  #poll(): void {
    const state = stateOf(this.#options.trust);
    if (state !== this.#state) {
      this.#state = state;
      this.#reread();
    }
    this.#cancelPoll = this.#options.clock.after(pollMs, () => this.#poll());
  }

  #reread(): void {
    const { trust, log } = this.#options;
    const problems: string[] = [];
    if (trust.revocations !== undefined) {
      const check = readRevocationFile(trust.revocations);
      const reason = check.ok ? this.#list && whyNotAfter(this.#list, check.list) : check.reason;
      if (check.ok && reason === undefined) this.#list = check.list;
      else problems.push(`${trust.revocations.file}: ${reason}; the last good list stays at work`);
    }
    try {
      this.#judge(problems);
      log.info({ keys: this.#keys.length, problems: this.#problems.length }, 'keys read again');
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'keys not read again: those before stay at work');
    }
  }

  #judge(found: readonly string[]): void {
    const { nodes, senders = [], trust } = this.#options;
    const problems = [...found];
    try {
      if (trust.rotationsDir !== undefined) this.#rotations = readRotations(trust.rotationsDir);
    } catch (error) {
      problems.push(`${trust.rotationsDir}: ${messageOf(error)}`);
    }
    const configured = [...nodes.map(nodeKey), ...senders.map(senderKey)];
    const judged = judgeKeys(configured, this.#rotations, this.#list?.revoked ?? []);
    const nodeKeys = judged.keys.flatMap((key) =>
      key.holder.kind === 'node' ? [{ node: key.holder.node, pem: key.pem, term: termOf(key) }] : [],
    );
    const senderKeys = judged.keys.filter(({ holder }) => holder.kind === 'gateway');
    this.nodeKeys.replaceAll(nodeKeys);
    this.senderKeys.replaceAll(senderKeys.map((key) => ({ pem: key.pem, term: termOf(key) })));
    this.everyNodeKey.replaceAll(nodeKeys.map(({ pem }) => ({ pem, term: {} })));
    this.#keys = judged.keys;
    this.#tell([...problems, ...judged.problems]);
  }

  #tell(problems: readonly string[]): void {
    const fresh = problems.filter((problem) => !this.#problems.includes(problem));
    this.#problems = problems;
    this.#gauge.set(problems.length);
    for (const problem of fresh) {
      this.#options.log.error({ problem }, 'keys: a file that cannot be believed');
      for (const listener of this.#listeners) listener(this.#incident(problem));
    }
  }

  #incident(problem: string): IntegrityIncident {
    return { kind: 'bad-trust', node: undefined, detail: problem.slice(0, 500), at: this.#options.clock.now() };
  }
}

function termOf({ notBefore, notAfter, revoked, succeeds }: JudgedKey) {
  return { notBefore, notAfter, revokedAt: revoked?.at, succeeds };
}

function nodeKey({ node, publicKeyFile, notBefore, notAfter }: NodeKeyConfig): JudgedKey {
  return configuredKey({ kind: 'node', node: node as NodeId }, { publicKeyFile, notBefore, notAfter });
}

function senderKey(config: SenderKeyConfig): JudgedKey {
  return configuredKey({ kind: 'gateway' }, typeof config === 'string' ? { publicKeyFile: config } : config);
}

function configuredKey(holder: KeyHolder, config: Exclude<SenderKeyConfig, string>): JudgedKey {
  const { publicKeyFile, notBefore, notAfter, succeeds = [] } = config;
  const pem = loadPublicKey(publicKeyFile);
  const moment = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
  return {
    holder,
    keyId: keyIdOfPem(pem),
    pem,
    notBefore: moment(notBefore),
    notAfter: moment(notAfter),
    succeeds,
    source: publicKeyFile,
  };
}
