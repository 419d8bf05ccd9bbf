import { describe, expect, it } from 'vitest';
import { type NotedEntry, noteOf, stepNote } from '../../../src/console/i18n/system-note.ts';

const routing = { rule: 'illegal_parking/roadway', station: '第一派出所综合室', department: '公安' };
const system = 'system' as const;

/** What the desk writes in English, and what it is in the reader's language. */
const known: readonly [NotedEntry, string, string][] = [
  [
    { kind: 'routed', role: system, note: 'scene illegal_parking in a zone tagged roadway', details: routing },
    '按规则 illegal_parking/roadway 分派至 第一派出所综合室（公安）',
    'By rule illegal_parking/roadway to 第一派出所综合室, Public security',
  ],
  [
    {
      kind: 'routed',
      role: system,
      note: 'no rule for person_down here: to the command centre; no station for division 99: to the command centre',
      details: { ...routing, rule: 'command-centre' },
    },
    '本地没有“人员倒地”的分派规则，转指挥中心；区划 99 没有对应派出所，转指挥中心',
    'No rule for Person down here: to the command centre; no station for division 99: to the command centre',
  ],
  [
    { kind: 'dispatch.assigned', role: system, note: '第一派出所综合室 · 公安', details: routing },
    '第一派出所综合室 · 公安',
    '第一派出所综合室 · Public security',
  ],
  [
    { kind: 'self-resolved', role: 'camera', note: 'cleared before anybody signed', details: {} },
    '签收前现场已自行恢复。',
    'Cleared before anybody signed.',
  ],
  [
    { kind: 'verification.waiting', role: system, note: 'waits for the camera to report …', details: {} },
    '等待摄像机确认现场恢复。',
    'Waits for the camera to report the scene cleared.',
  ],
  [
    { kind: 'transition', role: 'responder', to: 'DEPARTED', note: 'implied by arriving', details: { implied: true } },
    '由“到达”推定。',
    'Implied by arriving.',
  ],
  [
    { kind: 'transition', role: 'camera', to: 'CLOSED', note: 'the camera reports the scene cleared', details: {} },
    '摄像机确认现场已恢复。',
    'The camera reports the scene cleared.',
  ],
  [
    { kind: 'transition', role: system, to: 'CALLBACK', note: 'the camera had reported …', details: {} },
    '摄像机此前已确认现场恢复。',
    'The camera had reported the scene cleared.',
  ],
];

describe('notes the desk wrote', () => {
  it.each(known)('%j is “%s” and “%s”', (entry, chinese, english) => {
    expect(noteOf('zh-CN', entry)).toBe(chinese);
    expect(noteOf('en', entry)).toBe(english);
  });

  it('say how late a signature is', () => {
    const entry = { kind: 'sign.overdue', role: system, note: 'not signed in time', details: { lateMs: 1500 } };
    expect(noteOf('zh-CN', entry)).toMatch(/^未按时签收，超时 .*1.5/);
  });

  it('stay as they are where this page does not know them', () => {
    const entry = { kind: 'connector.sent', role: system, note: 'sent to the town', details: {} };
    expect(noteOf('zh-CN', entry)).toBe('sent to the town');
    expect(noteOf('zh-CN', { kind: 'alert.raised', role: 'camera', details: {} })).toBeUndefined();
  });

  it('are the same in a trace', () => {
    const facts = { role: 'camera', to: 'CLOSED', from: 'CALLBACK', note: 'the camera reports the scene cleared' };
    expect(stepNote('zh-CN', { stage: 'ticket.closed', at: 1, facts })).toBe('摄像机确认现场已恢复。');
    const waiting = { role: 'system', note: 'waits for the camera to report the scene cleared' };
    expect(stepNote('zh-CN', { stage: 'verification.waiting', at: 1, facts: waiting })).toBe(
      '等待摄像机确认现场恢复。',
    );
    expect(
      stepNote('zh-CN', { stage: 'ticket.routed', at: 1, facts: { ...routing, role: 'system', note: 'x' } }),
    ).toMatch(/^按规则/);
    expect(stepNote('zh-CN', { stage: 'frame', at: 1, facts: {} })).toBeUndefined();
  });
});

describe('notes people wrote', () => {
  it.each(['SIGNED', 'VERIFYING', 'CALLBACK', 'CLOSED'])('stay word for word at %s', (to) => {
    const note = 'the camera reports the scene cleared';
    expect(noteOf('zh-CN', { kind: 'transition', role: 'dispatcher', to, note, details: {} })).toBe(note);
  });
});
