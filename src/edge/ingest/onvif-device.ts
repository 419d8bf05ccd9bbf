import onvif, { type Cam } from 'onvif';
import type { BlindReason } from '../../domain/camera.ts';
import { messageOf } from '../../lib/errors.ts';
import { closestTo } from '../../lib/nearest.ts';
import { type Credentials, parseRtspUrl } from './rtsp-target.ts';

/** Where a device's ONVIF service is. */
export interface OnvifAddress {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** One media profile of a device (ONVIF Media §5.2). */
export interface OnvifProfile {
  readonly token: string;
  readonly name: string;
  /** As the device calls it: `H264`, `H265`, `JPEG`; empty where it has no video encoder. */
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** 0 where the device does not say. */
  readonly fps: number;
}

/** A profile with the address of its stream, without credentials. */
export type OnvifStreamProfile = OnvifProfile & { readonly url: string };

/** An answer, or why there is none, in the words of a camera's state. */
export type OnvifOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: BlindReason; readonly detail: string };

/** A device that answered a WS-Discovery probe. */
export interface OnvifFound {
  /** Its own name for itself (`urn:uuid:…`). */
  readonly id: string;
  readonly addresses: readonly string[];
  /** From its scopes; empty where it does not say. */
  readonly name: string;
  readonly hardware: string;
}

/** What is asked of a device. */
export interface OnvifRequest {
  readonly address: OnvifAddress;
  readonly credentials: Credentials | undefined;
  /** For all requests together. */
  readonly timeoutMs: number;
}

/**
 * Reads a device's profiles and the addresses of their streams. Never rejects: whatever the device answers is an
 * outcome. The only file that knows the `onvif` package.
 */
export async function readOnvifProfiles(request: OnvifRequest): Promise<OnvifOutcome<readonly OnvifStreamProfile[]>> {
  return asking(request, async (cam) => {
    const streams: OnvifStreamProfile[] = [];
    for (const profile of await profilesOf(cam)) streams.push({ ...profile, url: await streamUrl(cam, profile.token) });
    return { ok: true, value: streams };
  });
}

/** Address of one profile's stream; without a name or token that of the substream. Never rejects. */
export async function locateOnvifStream(
  request: OnvifRequest,
  wanted: string | undefined,
): Promise<OnvifOutcome<string>> {
  return asking(request, async (cam) => {
    const profiles = await profilesOf(cam);
    const profile =
      wanted === undefined
        ? chooseSubstream(profiles)
        : profiles.find(({ token, name }) => token === wanted || name === wanted);
    if (profile !== undefined) return { ok: true, value: await streamUrl(cam, profile.token) };
    if (wanted === undefined) return { ok: false, reason: 'no-video-track', detail: 'no profile of it has video' };
    const known = profiles.flatMap(({ token, name }) => [token, name]);
    const near = closestTo(wanted, known);
    const hint = near === undefined ? `it has: ${known.join(', ') || 'none'}` : `did you mean "${near}"?`;
    return { ok: false, reason: 'refused', detail: `no profile "${wanted}"; ${hint}` };
  });
}

/** Detectors look at 416 to 640 points: less than this is too little, more only costs. */
const enoughWidth = 640;

/**
 * The profile to look at: the smallest of at least 640 points' width, else the largest there is; of two alike H.264
 * before the others (hardware decoders take it everywhere), then the slower one.
 */
export function chooseSubstream<P extends OnvifProfile>(profiles: readonly P[]): P | undefined {
  const pixels = ({ width, height }: P) => width * height;
  const video = profiles.filter((profile) => profile.codec !== '' && pixels(profile) > 0);
  const enough = video.filter(({ width }) => width >= enoughWidth);
  const bySize = enough.length > 0 ? (a: P, b: P) => pixels(a) - pixels(b) : (a: P, b: P) => pixels(b) - pixels(a);
  const rank = (profile: P) => (profile.codec === 'H264' ? 0 : 1);
  const candidates = enough.length > 0 ? enough : video;
  return [...candidates].sort((a, b) => bySize(a, b) || rank(a) - rank(b) || a.fps - b.fps)[0];
}

/**
 * Asks the local network who speaks ONVIF (WS-Discovery 1.0 over multicast UDP 3702) and gathers answers for so long.
 * `device` names the network interface; without it the system chooses. Answers that are no XML are left out.
 */
export async function discoverOnvif(options: {
  timeoutMs: number;
  device?: string | undefined;
}): Promise<readonly OnvifFound[]> {
  const ignore = () => undefined;
  // The package tells errors of single answers to all who listen, and throws where nobody does.
  onvif.Discovery.on('error', ignore);
  try {
    return await new Promise((resolve) => {
      const { timeoutMs: timeout, device } = options;
      const probe = { timeout, resolve: false, ...(device !== undefined && { device }) };
      onvif.Discovery.probe(probe, (_errors, answers) => resolve((answers ?? []).flatMap(foundOf)));
    });
  } finally {
    onvif.Discovery.removeListener('error', ignore);
  }
}

/** Runs requests against a device under one deadline, and gives their failure a reason. */
async function asking<T>(
  { address, credentials, timeoutMs }: OnvifRequest,
  work: (cam: Cam) => Promise<OnvifOutcome<T>>,
): Promise<OnvifOutcome<T>> {
  const cam = new onvif.Cam({
    hostname: address.host,
    port: address.port,
    path: address.path,
    timeout: timeoutMs,
    autoconnect: false,
    // The address it was reached at is the one that works; cameras often name an old or inner one.
    preserveAddress: true,
    ...(credentials && { username: credentials.username, password: credentials.password }),
  });
  cam.on('error', () => undefined);
  const late = new AbortController();
  const deadline = new Promise<OnvifOutcome<T>>((resolve) => {
    const timer = setTimeout(() => {
      resolve({ ok: false, reason: 'unreachable', detail: `no ONVIF answer within ${timeoutMs} ms` });
    }, timeoutMs);
    late.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  try {
    return await Promise.race([connect(cam).then(() => work(cam)), deadline]);
  } catch (error) {
    return failureOf(error);
  } finally {
    late.abort();
  }
}

/**
 * The first requests one by one, not by the package's own `connect`: that takes refused credentials for a device
 * without profiles. The device's time comes first, because the password's digest holds the time (WS-Security UTP 1.0).
 */
async function connect(cam: Cam): Promise<void> {
  await answerOf((done) => cam.getSystemDateAndTime(done));
  try {
    await answerOf((done) => cam.getServices(true, done));
  } catch (error) {
    if (isRefusal(error)) throw error;
    await answerOf((done) => cam.getCapabilities(done));
  }
}

async function profilesOf(cam: Cam): Promise<OnvifProfile[]> {
  const answer = await answerOf((done) => cam.getProfiles(done));
  return (Array.isArray(answer) ? answer : [answer]).flatMap(profileOf);
}

async function streamUrl(cam: Cam, profileToken: string): Promise<string> {
  const answer = await answerOf((done) => cam.getStreamUri({ protocol: 'RTSP', profileToken }, done));
  const target = parseRtspUrl(textOf(record(answer)['uri']));
  if (target === undefined) throw new Error('it names a stream address that is no rtsp:// address');
  return target.url;
}

/** The package calls back; once is enough, and it may do so twice. */
function answerOf(ask: (done: (error: unknown, answer?: unknown) => void) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    ask((error, answer) => {
      if (error) reject(error);
      else resolve(answer);
    });
  });
}

function profileOf(value: unknown): OnvifProfile[] {
  const profile = record(value);
  const token = textOf(record(profile['$'])['token']);
  if (token === '') return [];
  const encoder = record(profile['videoEncoderConfiguration']);
  const { width, height } = record(encoder['resolution']);
  const fps = numberOf(record(encoder['rateControl'])['frameRateLimit']);
  const codec = textOf(encoder['encoding']).toUpperCase();
  return [{ token, name: textOf(profile['name']), codec, width: numberOf(width), height: numberOf(height), fps }];
}

function foundOf(value: unknown): OnvifFound[] {
  const match = record(record(record(value)['probeMatches'])['probeMatch']);
  const id = textOf(record(match['endpointReference'])['address']);
  const addresses = textOf(match['XAddrs']).split(/\s+/).filter(Boolean);
  if (addresses.length === 0) return [];
  const scopes = textOf(match['scopes']);
  return [{ id, addresses, name: scopeOf(scopes, 'name'), hardware: scopeOf(scopes, 'hardware') }];
}

/** `onvif://www.onvif.org/name/Gate%203` (ONVIF Core §7.3.2.2). */
function scopeOf(scopes: string, kind: string): string {
  const found = new RegExp(`onvif://www\\.onvif\\.org/${kind}/(\\S+)`, 'i').exec(scopes)?.[1] ?? '';
  try {
    return decodeURIComponent(found);
  } catch {
    return found;
  }
}

function isRefusal(error: unknown): boolean {
  return /not\s*authori[sz]ed|unauthori[sz]ed|authentication failed|authentication headers|\b401\b/i.test(
    messageOf(error),
  );
}

function failureOf(error: unknown): { ok: false; reason: BlindReason; detail: string } {
  const code = (error as { code?: unknown } | null)?.code;
  const text = messageOf(error)
    .replace(/[^\x20-\x7e]/g, '.')
    .slice(0, 120);
  if (isRefusal(error)) return { ok: false, reason: 'unauthorized', detail: 'ONVIF: user name or password refused' };
  if (typeof code === 'string') return { ok: false, reason: 'unreachable', detail: `ONVIF: cannot connect: ${code}` };
  if (text === 'Network timeout') return { ok: false, reason: 'unreachable', detail: 'ONVIF: no answer' };
  return { ok: false, reason: 'protocol-error', detail: `ONVIF: ${text}` };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Text, or of an element with attributes its text. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number') return String(value);
  const inner = record(value)['_'];
  return typeof inner === 'string' ? inner.trim() : '';
}

function numberOf(value: unknown): number {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? number : 0;
}
