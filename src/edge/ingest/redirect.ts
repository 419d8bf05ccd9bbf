import { headerOf } from './rtsp-message.ts';
import { parseRtspUrl, type RtspTarget } from './rtsp-target.ts';

/** 301, 302, 303 of RFC 2326 §11.3, and 307 and 308, which servers take over from HTTP (RFC 9110 §15.4). */
const redirects: readonly number[] = [301, 302, 303, 307, 308];

/** Whether a status sends us elsewhere. */
export function isRedirect(status: number): boolean {
  return redirects.includes(status);
}

/**
 * Where `Location` leads (RFC 2326 §12.25): an absolute address, or a path on the same server, as some write it. A text
 * says why it is not followed: from TLS to no TLS never.
 */
export function locationOf(
  message: { readonly headers: ReadonlyMap<string, readonly string[]> },
  from: RtspTarget,
): RtspTarget | string {
  const location = headerOf(message, 'location')?.trim();
  if (location === undefined || location === '') return 'without saying where to';
  const origin = /^rtsps?:\/\/[^/?]*/i.exec(from.url)?.[0] ?? '';
  const target = parseRtspUrl(location.startsWith('/') ? `${origin}${location}` : location);
  if (target === undefined) return 'to an address that is none';
  if (from.secure && !target.secure) return `to ${target.host} without TLS`;
  return target;
}
