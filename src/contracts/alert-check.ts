import type { z } from 'zod';
import type { Sequence } from '../domain/alert.ts';
import type { SiteId, UtcMs } from '../domain/ids.ts';
import { type AlertEvent, alertEventSchema, toAlertEvent } from './alert-event.ts';
import type { NodeKeys } from './node-keys.ts';
import type { SealCheck } from './seal.ts';
import type { IntegrityKind } from './ticket-intake.ts';

/** All that an envelope says besides the data; every one a plain value. */
const envelopeFields = Object.keys(alertEventSchema.shape).filter((name) => name !== 'data') as Exclude<
  keyof AlertEvent,
  'data'
>[];

/** What a receiver finds when it checks an alert message by itself; its place in the chain is compared apart. */
export type AlertCheck =
  | { readonly ok: true; readonly site: SiteId; readonly event: AlertEvent }
  | {
      readonly ok: false;
      readonly kind: IntegrityKind;
      readonly detail: string;
      /** Its place in the chain, where that is certain: its signature is good, its key no longer is. */
      readonly sequence?: Sequence;
    };

/**
 * Schema (the list of fields that may travel), envelope against data, hash, signature.
 * `at`: when the alert was taken in, UTC ms: its key must have been good then.
 * `detail` names fields and codes, never values: it goes to logs and across the border.
 */
export function checkAlertEvent(value: unknown, keys: NodeKeys, at?: UtcMs): AlertCheck {
  const parsed = alertEventSchema.safeParse(value);
  if (!parsed.success) return { ok: false, kind: 'bad-schema', detail: describeIssues(parsed.error) };
  return checkParsedEvent(parsed.data, keys, at);
}

/** As `checkAlertEvent`, of what the schema has let through already. */
export function checkParsedEvent(event: AlertEvent, keys: NodeKeys, at?: UtcMs): AlertCheck {
  const site = event.source.split('/')[2] as SiteId;
  // The envelope is not signed: it may only repeat what the signed data says.
  const asSigned = toAlertEvent(site, event.data);
  if (envelopeFields.some((field) => asSigned[field] !== event[field])) {
    return { ok: false, kind: 'bad-schema', detail: 'envelope and data disagree' };
  }
  const seal = checkedSeal(event, keys, at);
  if (seal === 'no canonical form') return { ok: false, kind: 'bad-schema', detail: seal };
  if (seal === 'valid') return { ok: true, site, event };
  const { sequence, signature } = event.data;
  const detail = `alert ${sequence.n} signed by ${signature.keyId}`;
  const authentic = seal === 'revoked-key' || seal === 'expired-key';
  return { ok: false, kind: seal, detail, ...(authentic ? { sequence } : {}) };
}

function checkedSeal(event: AlertEvent, keys: NodeKeys, at: UtcMs | undefined): SealCheck | 'no canonical form' {
  try {
    return keys.check(event.data, at);
  } catch {
    // Half a surrogate pair (RFC 8785 §3.2.2.2): what cannot be signed was not.
    return 'no canonical form';
  }
}

/** The first few problems as `path: code`. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? ` ${issue.keys.join(',')}` : '';
      return `${issue.path.join('.') || '(top level)'}: ${issue.code}${keys}`.slice(0, 120);
    })
    .join('; ');
}
