import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlertDraft } from '../../../src/domain/alert.ts';
import type { IncidentId, TrackId } from '../../../src/domain/ids.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { testRedaction } from '../../support/alert-draft.ts';
import { DeskUnderTest } from '../../support/desk.ts';
import { deskStacks, type RunningStack } from '../../support/desk-stacks.ts';

const car = { class: 'car', score: 0.9, box: [0.2, 0.3, 0.5, 0.7], trackId: 't1' as TrackId, dwellMs: 9_000 } as const;
const position = { lat: 30.8702345, lon: 120.4300523, errorM: 0.42 };
const speed = { mps: 1.4, errorMps: 0.31 };

describe.each(deskStacks)('what a ticket’s alerts measured, on $name', ({ start }) => {
  let stack: RunningStack;
  let desk: DeskUnderTest;

  beforeAll(async () => {
    stack = await start();
    desk = await DeskUnderTest.create(stack.config);
    await desk.start();
  });
  afterAll(async () => {
    await desk?.remove();
    await stack?.remove();
  });

  /** The ticket after these alerts of one incident, a second apart. */
  async function ticketOf(...drafts: Partial<AlertDraft>[]) {
    const incidentId = crypto.randomUUID() as string as IncidentId;
    const from = Date.now();
    let id = '';
    for (const [index, draft] of drafts.entries()) {
      const event = desk.chain.event({ incidentId, observedAt: from + index * 1_000, ...draft });
      const [outcome] = await desk.accept(event);
      id = outcome?.ticketId ?? id;
    }
    return { ticket: await desk.detail(id), from };
  }

  test('is that of the newest that saw the subject', async () => {
    const { ticket, from } = await ticketOf(
      { subjects: [{ ...car, position: { ...position, errorM: 5 } }], details: { driftShare: 0.1 } },
      { phase: 'updated', subjects: [{ ...car, position, speed }], details: { driftShare: 0.2 } },
      { phase: 'cleared', subjects: [{ ...car, position: { ...position, errorM: 9 } }] },
    );
    expect(ticket.sighting).toEqual({
      observedAt: from + 1_000,
      subjects: [{ class: 'car', position, speed }],
      details: { driftShare: 0.2 },
    });
  });

  test('a file that stays on the video network is not waited for, and the ticket says why', async () => {
    const file = { kind: 'trigger', bytes: 9, mediaType: 'image/jpeg', originalSha256: sha256('coded') } as const;
    const evidence = [
      { ...file, sha256: sha256('bare') },
      { ...file, sha256: sha256('blurred'), redaction: testRedaction },
    ];
    const withheld = [{ sha256: sha256('bare'), reason: 'not-redacted' }] as const;
    const event = desk.chain.event({ incidentId: crypto.randomUUID() as string as IncidentId, evidence });
    const [outcome] = await desk.desk.intake.accept([{ ...desk.record(event), withheld }], [], desk.position());
    const ticket = await desk.detail(outcome?.ticketId ?? '');
    expect(ticket.evidence).toMatchObject([{ state: 'withheld', withheld: 'not-redacted' }, { state: 'pending' }]);
    expect(ticket.timeline.find(({ kind }) => kind === 'alert.raised')?.details).toMatchObject({ withheld });
  });

  test('is nothing where the camera is not calibrated and the scene measures nothing', async () => {
    expect((await ticketOf({ subjects: [car] })).ticket).not.toHaveProperty('sighting');
  });

  test('is the details alone where only they are known', async () => {
    const { ticket } = await ticketOf({ subjects: [car], details: { count: 17 } });
    expect(ticket.sighting).toMatchObject({ subjects: [], details: { count: 17 } });
  });
});
