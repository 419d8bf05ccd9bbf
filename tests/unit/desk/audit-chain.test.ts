import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AuditEntry, auditHash, chainEntries } from '../../../src/contracts/audit-record.ts';
import { ChainCheck, type StoredRecord } from '../../../src/desk/audit/chain-check.ts';
import type { TicketId } from '../../../src/domain/ids.ts';
import { canonicalJson, zeroHash } from '../../../src/lib/hash.ts';

const ticketId = '019a0000-0000-7000-8000-000000000001' as TicketId;

function entry(overrides: Partial<AuditEntry> = {}): AuditEntry {
  return { at: 1000, actor: 'desk', role: 'system', kind: 'note', details: {}, ...overrides };
}

const story: AuditEntry[] = [
  entry({ kind: 'ticket.received', ticketId, to: 'RECEIVED' }),
  entry({ kind: 'alert.raised', ticketId, details: { alertId: 'a1', hash: 'h1' } }),
  entry({ kind: 'transition', ticketId, from: 'RECEIVED', to: 'TRIAGED' }),
  entry({ kind: 'transition', ticketId, from: 'TRIAGED', to: 'DISPATCHED', note: '第一派出所' }),
  entry({ kind: 'integrity.incident', note: 'gap' }),
  entry({ kind: 'transition', ticketId, from: 'DISPATCHED', to: 'SIGNED', actor: '王', role: 'responder' }),
];

function stored(entries: readonly AuditEntry[] = story): StoredRecord[] {
  return chainEntries({ n: 0, hash: zeroHash }, entries).map((record, index) => ({
    n: record.n,
    ticket_id: entries[index]?.ticketId ?? null,
    at: entries[index]?.at ?? 0,
    kind: entries[index]?.kind ?? '',
    body: record.body,
    prev_hash: record.prevHash,
    hash: record.hash,
  }));
}

function problemsOf(records: readonly StoredRecord[]): string[] {
  const check = new ChainCheck();
  for (const record of records) check.add(record);
  return check.problems;
}

/** The record at an index, changed; everything about it made to fit again but the links. */
function changed(records: StoredRecord[], index: number, change: (record: StoredRecord) => Partial<StoredRecord>) {
  return records.map((record, at) => (at === index ? { ...record, ...change(record) } : record));
}

describe('the audit chain', () => {
  test('holds as written, and knows where each ticket is', () => {
    const check = new ChainCheck();
    for (const record of stored()) check.add(record);
    expect(check.problems).toEqual([]);
    expect(check.records).toBe(6);
    expect(check.tickets.get(ticketId)).toMatchObject({ state: 'SIGNED', n: 6, hash: check.head });
    expect(check.alerts.hashOf('a1')).toBe('h1');
  });

  test('a changed body is found', () => {
    const forged = changed(stored(), 3, (record) => ({ body: record.body.replace('第一', '第二') }));
    expect(problemsOf(forged)).toContain('record 4: was changed after it was written');
  });

  test('a changed body with its hash made anew is found at the next record', () => {
    const forged = changed(stored(), 3, (record) => {
      const body = record.body.replace('第一', '第二');
      return { body, hash: auditHash(record.prev_hash, body) };
    });
    expect(problemsOf(forged)).toEqual(['record 5: does not follow the record before it']);
  });

  test('a changed column is found', () => {
    const forged = changed(stored(), 3, () => ({ at: 999 }));
    expect(problemsOf(forged)).toEqual(['record 4: its columns do not say what its body says']);
  });

  test('a deleted record is found', () => {
    expect(problemsOf(stored().filter((record) => record.n !== 3))).toContain('record 3: missing (next is 4)');
  });

  test('an inserted record is found, renumbered or not', () => {
    const records = stored();
    const extra = chainEntries({ n: 2, hash: records[1]?.hash ?? zeroHash }, [entry({ note: 'slipped in' })])[0];
    if (extra === undefined) throw new Error('no record');
    const slipped: StoredRecord = {
      n: 3,
      ticket_id: null,
      at: 1000,
      kind: 'note',
      body: extra.body,
      prev_hash: extra.prevHash,
      hash: extra.hash,
    };
    const renumbered = records.slice(2).map((record) => ({ ...record, n: record.n + 1 }));
    expect(problemsOf([...records.slice(0, 2), slipped, ...renumbered])).not.toEqual([]);
  });

  test('reordered records are found', () => {
    const records = stored();
    const [third, fourth] = [records[2], records[3]];
    if (third === undefined || fourth === undefined) throw new Error('no record');
    const swapped = [...records.slice(0, 2), { ...fourth, n: 3 }, { ...third, n: 4 }, ...records.slice(4)];
    expect(problemsOf(swapped)).not.toEqual([]);
  });

  test('a body that is no record is a problem, not a crash', () => {
    for (const body of ['', 'null', '[]', '{"n":1}', '{']) {
      const records = changed(stored(), 0, (record) => ({ body, hash: auditHash(record.prev_hash, body) }));
      expect(problemsOf(records)).not.toEqual([]);
    }
  });

  test('transitions that do not join up or break the lifecycle are found though the chain holds', () => {
    expect(problemsOf(stored([...story, entry({ ticketId, from: 'ARRIVED', to: 'HANDLING' })]))).toHaveLength(1);
    expect(problemsOf(stored([...story, entry({ ticketId, from: 'SIGNED', to: 'CLOSED' })]))).toEqual([
      'record 7: SIGNED does not lead to CLOSED',
    ]);
  });

  test('any single change to any record is found', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ note: fc.string(), actor: fc.string() }), { minLength: 2, maxLength: 8 }),
        fc.nat(),
        fc.string(),
        (notes, where, text) => {
          const records = stored(notes.map((each) => entry(each)));
          const index = where % records.length;
          const before = records[index];
          if (before === undefined) return;
          const body = canonicalJson({ ...JSON.parse(before.body), note: `${text}!${JSON.parse(before.body).note}` });
          expect(problemsOf(records)).toEqual([]);
          expect(problemsOf(changed(records, index, () => ({ body })))).not.toEqual([]);
        },
      ),
    );
  });

  test('a thousand problems are counted, not all named', () => {
    const check = new ChainCheck();
    for (const record of stored(Array.from({ length: 600 }, () => entry()))) check.add({ ...record, at: 5 });
    expect(check.problemCount).toBe(600);
    expect(check.problems).toHaveLength(200);
  });
});
