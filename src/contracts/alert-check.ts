import type { z } from 'zod';
import type { SiteId } from '../domain/ids.ts';
import { canonicalJson } from '../lib/hash.ts';
import { type AlertEvent, alertEventSchema, toAlertEvent } from './alert-event.ts';
import type { NodeKeys } from './node-keys.ts';
import type { IntegrityIncident } from './ticket-intake.ts';

/** What a receiver finds when it checks an alert message by itself; its place in the chain is compared apart. */
export type AlertCheck =
  | { readonly ok: true; readonly site: SiteId; readonly event: AlertEvent }
  | { readonly ok: false; readonly kind: IntegrityIncident['kind']; readonly detail: string };

/**
 * Schema (the list of fields that may travel), envelope against data, hash, signature.
 * `detail` names fields and codes, never values: it goes to logs and across the border.
 */
export function checkAlertEvent(value: unknown, keys: NodeKeys): AlertCheck {
  const parsed = alertEventSchema.safeParse(value);
  if (!parsed.success) return { ok: false, kind: 'bad-schema', detail: describeIssues(parsed.error) };
  const event = parsed.data;
  const site = event.source.split('/')[2] as SiteId;
  // The envelope is not signed: it may only repeat what the signed data says.
  const envelope = compareEnvelope(site, event);
  if (envelope !== 'agrees') return { ok: false, kind: 'bad-schema', detail: envelope };
  const seal = keys.check(event.data);
  if (seal === 'valid') return { ok: true, site, event };
  return { ok: false, kind: seal, detail: `alert ${event.data.sequence.n} signed by ${event.data.signature.keyId}` };
}

function compareEnvelope(site: SiteId, event: AlertEvent): string {
  try {
    const agrees = canonicalJson(toAlertEvent(site, event.data)) === canonicalJson(event);
    return agrees ? 'agrees' : 'envelope and data disagree';
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
