import { headerOf, type RtspResponse } from './rtsp-message.ts';

/** What a SETUP agreed on. */
export interface SetupAnswer {
  readonly sessionId: string;
  /** The server forgets us after this long without a sign of life (RFC 2326 §12.37). */
  readonly timeoutMs: number;
  readonly rtpChannel: number;
  readonly rtcpChannel: number;
}

const defaultTimeoutMs = 60_000; // RFC 2326 §12.37

/** Reads Session and Transport of a SETUP answer; a text says what is wrong with it. */
export function parseSetupAnswer(response: RtspResponse): SetupAnswer | string {
  const session = headerOf(response, 'session');
  const sessionId = session?.split(';', 1)[0]?.trim() ?? '';
  if (session === undefined || sessionId === '') return 'SETUP was answered without a session';
  const transport = headerOf(response, 'transport') ?? '';
  if (transport !== '' && !/RTP\/\w+\/TCP/i.test(transport)) return `SETUP was answered with transport ${transport}`;
  const channels = /interleaved\s*=\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?/i.exec(transport);
  const rtpChannel = Number(channels?.[1] ?? 0);
  const seconds = Number(/timeout\s*=\s*"?(\d{1,6})/i.exec(session)?.[1] ?? 0);
  return {
    sessionId,
    timeoutMs: seconds > 0 ? seconds * 1000 : defaultTimeoutMs,
    rtpChannel,
    rtcpChannel: Number(channels?.[2] ?? rtpChannel + 1),
  };
}
