import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { TicketSummary } from '../../../src/contracts/desk-api.ts';
import type { Change } from '../../../src/desk/api/desk-service.ts';
import { EventStream } from '../../../src/desk/api/event-stream.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const change = (n: number, text = ''): Change => ({ n, ticket: { number: n, division: text } as TicketSummary });

const someone = { name: '王', mayListen: () => true };

/** A response whose client reads nothing: what is written stays in memory. */
function unread(): ServerResponse {
  return new ServerResponse(new IncomingMessage(new Socket()));
}

function streamOf(missed: Promise<Change[]> = Promise.resolve([])) {
  const listeners = new Set<(change: Change) => void>();
  const clock = new FakeClock();
  const stream = new EventStream({
    service: {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      changedSince: () => missed,
      integrity: { subscribe: () => () => undefined },
    },
    clock,
    metrics: new Metrics(),
  });
  stream.start();
  const tell = (each: Change) => {
    for (const listener of listeners) listener(each);
  };
  return { stream, clock, tell, listeners };
}

/** Everything written to a response so far, in order. */
function record(response: ServerResponse): string[] {
  const written: string[] = [];
  const write = response.write.bind(response) as (text: string) => boolean;
  response.write = ((text: string) => {
    written.push(text);
    return write(text);
  }) as typeof response.write;
  return written;
}

describe('the event stream', () => {
  test('one user cannot take all of its places', async () => {
    const { stream } = streamOf();
    for (let i = 0; i < 50; i += 1) {
      expect(stream.isFullFor(someone.name)).toBe(false);
      await stream.serve(unread(), undefined, someone);
    }
    expect(stream.isFullFor(someone.name)).toBe(true);
    expect(stream.isFullFor('李')).toBe(false);
  });

  test('drops a client that does not read, and holds no more for it', async () => {
    const { stream, tell } = streamOf();
    const response = unread();
    await stream.serve(response, undefined, someone);
    for (let n = 1; n <= 1000; n += 1) tell(change(n, 'x'.repeat(1000)));
    expect(response.destroyed).toBe(true);
    expect(response.writableLength).toBeLessThan(300 * 1024);
  });

  test('tells what was missed first, then what came meanwhile, each once and in order', async () => {
    const missed = Promise.withResolvers<Change[]>();
    const { stream, tell } = streamOf(missed.promise);
    const response = unread();
    const written = record(response);
    const served = stream.serve(response, 3, someone);
    tell(change(5));
    tell(change(6));
    missed.resolve([change(4), change(5)]);
    await served;
    tell(change(6));
    tell(change(7));
    const ids = written.flatMap((text) => /^id: (\d+)$/m.exec(text)?.[1] ?? []);
    expect(ids).toEqual(['4', '5', '6', '7']);
  });

  test('goes on when what was missed cannot be read', async () => {
    const { stream, tell } = streamOf(Promise.reject(new Error('database away')));
    const response = unread();
    const written = record(response);
    await stream.serve(response, 3, someone);
    tell(change(8));
    expect(written.at(-1)).toBe('event: ticket\nid: 8\ndata: {"number":8,"division":""}\n\n');
  });

  test('beats every 15 s, and ends for who may no longer listen', async () => {
    const { stream, clock } = streamOf();
    const [allowed, expired] = [unread(), unread()];
    const written = record(allowed);
    await stream.serve(allowed, undefined, { name: '王', mayListen: () => true });
    await stream.serve(expired, undefined, { name: '王', mayListen: () => false });
    clock.advance(15_000);
    expect(written.at(-1)).toBe(': still here\n\n');
    expect(expired.destroyed).toBe(true);
    clock.advance(15_000);
    expect(written.filter((text) => text.startsWith(': still'))).toHaveLength(2);
  });

  test('asks for changes only while somebody listens', async () => {
    const { stream, tell, listeners } = streamOf();
    expect(listeners.size).toBe(0);
    const [first, second] = [unread(), unread()];
    await stream.serve(first, undefined, someone);
    await stream.serve(second, undefined, someone);
    expect(listeners.size).toBe(1);
    first.emit('close');
    expect(listeners.size).toBe(1);
    second.emit('close');
    expect(listeners.size).toBe(0);
    const third = unread();
    const written = record(third);
    await stream.serve(third, undefined, someone);
    tell(change(1));
    expect(written.at(-1)).toContain('id: 1\n');
  });

  test('stops: clients are let go and nothing is listened to', async () => {
    const { stream, clock, listeners } = streamOf();
    const response = unread();
    await stream.serve(response, undefined, someone);
    stream.stop();
    expect(response.destroyed).toBe(true);
    expect(listeners.size).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
