import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIngestCounters } from '../../../src/edge/ingest/ingest-counters.ts';
import { RtspReader } from '../../../src/edge/ingest/rtsp-reader.ts';
import { interleaved, rtp } from '../../support/rtp-builder.ts';

/** Reads chunks through one buffer that is overwritten each time, as the socket does. */
function read(chunks: readonly Buffer[]) {
  const events: string[] = [];
  const counters = createIngestCounters();
  const reader = new RtspReader({
    counters,
    handler: {
      onResponse: (response) =>
        events.push(`response ${response.status} ${[...response.headers.keys()]} "${response.body}"`),
      onRequest: (request) => events.push(`request ${request.method} ${request.uri}`),
      onInterleaved: (channel, buffer, start, end) =>
        events.push(`frame ${channel} ${buffer.subarray(start, end).toString('hex')}`),
      onGarbage: () => events.push('garbage'),
      onBroken: (reason) => events.push(`broken ${reason}`),
    },
  });
  const shared = Buffer.alloc(Math.max(1, ...chunks.map((chunk) => chunk.length)));
  for (const chunk of chunks) {
    shared.fill(0xee);
    chunk.copy(shared);
    reader.push(shared, chunk.length);
  }
  return { events, counters };
}

const ok = Buffer.from('RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS\r\n\r\n');
const withBody = Buffer.from('RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 7\r\n\r\nv=0\r\n$x');
const serverRequest = Buffer.from('OPTIONS rtsp://h/a RTSP/1.0\r\nCSeq: 9\r\n\r\n');
const frame = (sequence: number, bytes = 3) =>
  interleaved(sequence % 2, rtp({ sequence, timestamp: 1, payload: Buffer.alloc(bytes, sequence) }));

const element = fc.oneof(
  fc.constantFrom(ok, withBody, serverRequest, Buffer.from('\r\n')),
  fc.record({ sequence: fc.nat(255), bytes: fc.nat(300) }).map(({ sequence, bytes }) => frame(sequence, bytes)),
);

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('RTSP reader', () => {
  test('finds messages and frames in one stream', () => {
    const { events, counters } = read([Buffer.concat([ok, frame(1), withBody, serverRequest, frame(2)])]);
    expect(events).toEqual([
      'response 200 cseq,public ""',
      expect.stringMatching(/^frame 1 80/),
      'response 200 cseq,content-length "v=0\r\n$x"',
      'request OPTIONS rtsp://h/a',
      expect.stringMatching(/^frame 0 80/),
    ]);
    expect(counters.garbageBytes).toBe(0);
  });

  test('finds the same byte by byte', () => {
    const stream = Buffer.concat([
      ok,
      frame(1),
      withBody,
      frame(2, 2000),
      serverRequest,
      Buffer.from('\r\n'),
      frame(4),
    ]);
    const bytes = [...stream].map((byte) => Buffer.from([byte]));
    expect(read(bytes).events).toEqual(read([stream]).events);
  });

  test('finds the same however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(element, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (elements, cuts) => {
        const stream = Buffer.concat(elements);
        expect(read(split(stream, cuts))).toEqual(read([stream]));
      }),
    );
  });

  test('never throws and counts the same on random bytes, however they are cut', () => {
    const noise = fc.oneof(element, fc.uint8Array({ maxLength: 60 }).map(Buffer.from));
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (elements, cuts) => {
        const stream = Buffer.concat(elements);
        expect(read(split(stream, cuts))).toEqual(read([stream]));
      }),
      { numRuns: 500 },
    );
  });

  test('finds the stream again after garbage', () => {
    const { events, counters } = read([
      Buffer.concat([ok, Buffer.from('junk \x80\xff$$\x24\x00\x00\x05', 'latin1'), frame(1), ok]),
    ]);
    expect(events.filter((event) => event === 'garbage')).toHaveLength(1);
    expect(events.at(-1)).toMatch(/^response/);
    expect(counters.garbageBytes).toBeGreaterThan(0);
  });

  test('folds continued header lines and keeps fields that come twice', () => {
    const { events } = read([Buffer.from('RTSP/1.0 401 Unauthorized\nA: 1\n 2\nA: 3\n\n')]);
    expect(events).toEqual(['response 401 a ""']);
  });

  test.each([
    ['a head without end', Buffer.from(`RTSP/1.0 200 OK\r\n${'X: y\r\n'.repeat(4000)}`), 'broken head-too-large'],
    [
      'a body beyond belief',
      Buffer.from('RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n'),
      'broken body-too-large',
    ],
    ['noise without end', Buffer.alloc(200 * 1024, 0x7f), 'broken lost-sync'],
  ])('gives up on %s', (_what, bytes, expected) => {
    expect(read([bytes]).events.at(-1)).toBe(expected);
    expect(read(split(bytes, [1, 5000, 20_000, 100_000])).events.at(-1)).toBe(expected);
  });

  test.each(['RTSP/1.0 abc OK\r\n\r\n', 'RTSP/1.0 200 OK\r\nContent-Length: -4\r\n\r\n'])(
    'counts the unreadable message %j and goes on',
    (text) => {
      const { events, counters } = read([Buffer.from(text), ok]);
      expect(events).toEqual(['response 200 cseq,public ""']);
      expect(counters.malformedMessages).toBe(1);
    },
  );
});
