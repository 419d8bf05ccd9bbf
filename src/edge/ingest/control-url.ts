import { headerOf, type RtspResponse } from './rtsp-message.ts';
import { parseRtspUrl } from './rtsp-target.ts';

/** What control URLs are relative to: Content-Base, else Content-Location, else the request (RFC 2326 §C.1.1). */
export function baseUrlOf(response: RtspResponse, requestUrl: string): string {
  for (const name of ['content-base', 'content-location']) {
    const value = headerOf(response, name);
    const target = value === undefined ? undefined : parseRtspUrl(value);
    if (target !== undefined) return target.url;
  }
  return requestUrl;
}

/**
 * URL that a control attribute stands for. A relative one is appended after a slash, as servers and players do in
 * practice (queries included: `…?channel=1/trackID=0`), not resolved as RFC 1808 would.
 */
export function controlUrl(base: string, control: string | undefined): string {
  if (control === undefined || control === '' || control === '*') return base;
  const absolute = parseRtspUrl(control);
  if (absolute !== undefined) return absolute.url;
  return `${base.replace(/\/$/, '')}/${control.replace(/^\//, '')}`;
}
