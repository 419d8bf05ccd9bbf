import { readFileSync } from 'node:fs';

/**
 * A conversation with a camera, written down. `C:` lines are what the client must say: a request line (or our status
 * line), then texts that its header must contain, or must not after `!`. `S:` lines are what the server says, `S|` lines
 * its body, `B:` raw bytes and `R: channel` an interleaved frame in base64. `close` closes the connection, `--- connection`
 * begins another. `{url}`, `{port}`, `{cseq}` and `{length}` stand for what is only known when it is played.
 */
export interface Conversation {
  /** What the comment at the top says. */
  readonly quirk: string;
  readonly expect: ConversationExpectation;
  /** Settings of the camera's stream that differ from the default. */
  readonly stream: Readonly<Record<string, unknown>>;
  readonly user: { readonly username: string; readonly password: string } | undefined;
  /** One list of steps a connection. */
  readonly connections: readonly (readonly ConversationStep[])[];
}

/** What must have come of it. */
export interface ConversationExpectation {
  readonly units: number;
  readonly keyframes: number;
  readonly codec?: 'h264' | 'h265' | 'mjpeg';
  /** Width and height of the decoded pictures. */
  readonly size?: readonly [number, number];
  /** Instead of a stream. */
  readonly blind?: { readonly reason: string; readonly detail: string };
  readonly counters: Readonly<Record<string, number>>;
}

/** What happens next. */
export type ConversationStep =
  | { readonly kind: 'client'; readonly line: string; readonly holds: readonly string[] }
  | {
      readonly kind: 'server';
      readonly head: readonly string[];
      readonly body: readonly string[];
      readonly eol: string;
    }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'close' };

type Draft = { -readonly [Key in Exclude<keyof Conversation, 'connections'>]: Conversation[Key] } & {
  readonly connections: ConversationStep[][];
};

/** Reads a conversation file. */
export function readConversation(path: string): Conversation {
  const draft: Draft = {
    ...{ quirk: '', expect: { units: 0, keyframes: 0, counters: {} }, stream: {}, user: undefined },
    connections: [],
  };
  let eol = '\r\n';
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    if (line.startsWith('C: ') || line.startsWith('S:')) at = takeMessage(draft, lines, at, eol);
    else {
      if (line === 'eol: lf') eol = '\n';
      takeLine(draft, line);
      at += 1;
    }
  }
  return draft;
}

function takeLine(draft: Draft, line: string): void {
  const [, key = line, value = ''] = /^(#|expect:|stream:|user:|B:|R: \d+) (.*)$/.exec(line) ?? [];
  const steps = draft.connections.at(-1);
  if (key === '#') draft.quirk += value;
  else if (key === 'expect:') draft.expect = JSON.parse(value) as ConversationExpectation;
  else if (key === 'stream:') draft.stream = JSON.parse(value) as Record<string, unknown>;
  else if (key === 'user:') {
    const [username = '', password = ''] = value.split(':');
    draft.user = { username, password };
  } else if (key === '--- connection') draft.connections.push([]);
  else if (key === 'close') steps?.push({ kind: 'close' });
  else if (key === 'B:') steps?.push({ kind: 'bytes', bytes: Buffer.from(value, 'base64') });
  else if (key.startsWith('R: ')) steps?.push({ kind: 'bytes', bytes: frameOf(Number(key.slice(3)), value) });
  else if (key !== 'eol: lf') throw new Error(`a conversation has no line "${line}"`);
}

function frameOf(channel: number, base64: string): Buffer {
  const packet = Buffer.from(base64, 'base64');
  return Buffer.concat([Buffer.from([0x24, channel, packet.length >> 8, packet.length & 0xff]), packet]);
}

/** A request begins with its method, and so ends the one before it. */
const startsRequest = /^C: (?:[A-Z_]+ \S+ RTSP\/1\.0|RTSP\/1\.0 \d+ .*)$/;

function takeMessage(draft: Draft, lines: readonly string[], from: number, eol: string): number {
  const mark = (lines[from] ?? '').slice(0, 2);
  let at = from + 1;
  const steps = draft.connections.at(-1);
  if (mark === 'C:') {
    while (lines[at]?.startsWith('C: ') && !startsRequest.test(lines[at] ?? '')) at += 1;
    const [line = '', ...holds] = lines.slice(from, at).map((each) => each.slice(3));
    steps?.push({ kind: 'client', line, holds });
    return at;
  }
  while (at < lines.length && lines[at - 1] !== 'S:') at += 1;
  const head = lines.slice(from, at - 1).map((each) => each.slice(3));
  const bodyAt = at;
  while (lines[at]?.startsWith('S|')) at += 1;
  const body = lines.slice(bodyAt, at).map((each) => each.slice(3));
  steps?.push({ kind: 'server', head, body, eol });
  return at;
}

/** The bytes of a server's message, with what was only known now. */
export function serverBytes(
  step: Extract<ConversationStep, { kind: 'server' }>,
  known: { readonly port: number; readonly cseq: string },
): Buffer {
  const { eol } = step;
  const url = `rtsp://127.0.0.1:${known.port}/live`;
  const filled = (text: string) => text.replaceAll('{url}', url).replaceAll('{port}', String(known.port));
  const body = step.body.map((line) => `${filled(line)}${eol}`).join('');
  const head = step.head.map((line) =>
    filled(line)
      .replace('{cseq}', known.cseq)
      .replace('{length}', String(Buffer.byteLength(body))),
  );
  return Buffer.from([...head, '', body].join(eol));
}
