import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TakeTruth, TruthBox } from '../../../scripts/footage/truth.ts';
import type { ObjectClass } from '../../../src/domain/object-class.ts';
import { faultsOf, missingFiles } from '../../support/take-judge.ts';
import type { TakeOutcome } from '../../support/take-play.ts';

/** 50 seconds at 2 pictures a second; something goes on from 10 to 30 unless told. */
const take = (more: Partial<TakeTruth> = {}): TakeTruth => ({
  ...{ version: 1, scene: 'illegal_parking', take: 'fires', seed: 1, light: 'day', about: '' },
  ...{ width: 640, height: 360, fps: 2, zones: [] },
  intervals: [{ scene: 'illegal_parking', fromS: 10, toS: 30 }],
  pictures: Array.from({ length: 100 }, () => []),
  ...more,
});
/** `raised 1@20`: the incident's number, and when. */
const outcome = (story: string): Pick<TakeOutcome, 'events' | 'untilS'> => ({
  events: story.split(' ').flatMap((told) => {
    const [, phase, incidentId, second] = /^(\w+?)(\d+)@(\d+)$/.exec(told) ?? [];
    return phase === undefined ? [] : [{ phase, incidentId, second: Number(second) } as never];
  }),
  untilS: 100,
});

test.each<[string, string, RegExp[]]>([
  ['once, and cleared', 'raised1@20 cleared1@40', []],
  ['once each time', 'raised1@20 cleared1@40 raised2@70 cleared2@90', []],
  ['an update between', 'raised1@20 updated1@30 cleared1@40', []],
  ['twice in one interval', 'raised1@20 cleared1@24 raised2@26 cleared2@40', [/^raised@26: nothing goes on then/]],
  [
    'twice, the second time round',
    'raised1@20 cleared1@40 raised2@70 raised3@72 cleared2@90 cleared3@90',
    [/raised@72/],
  ],
  ['again when all is over', 'raised1@20 cleared1@35 raised2@45 cleared2@48', [/^raised@45: nothing goes on then/]],
  ['too early', 'raised1@9 cleared1@20', [/^raised@9: nothing goes on then/, /^nothing raised between 10 and 30/]],
  ['never', '', [/^nothing raised between 10 and 30$/]],
  ['only the second time round', 'raised1@70 cleared1@90', [/^nothing raised between 10 and 30$/]],
  ['and not cleared in time', 'raised1@20 cleared1@45', [/^raised@20: not cleared by 44$/]],
  ['and never cleared', 'raised1@20', [/^raised@20: not cleared by 44$/]],
  ['and another one cleared', 'raised1@20 cleared2@40', [/^raised@20: not cleared by 44$/]],
])('a take that fires %s', (_, story, faults) => {
  const found = faultsOf(take(), outcome(story));
  expect(found).toEqual(faults.map((fault) => expect.stringMatching(fault)));
});

test('where two things go on, both raise', () => {
  const [first] = take().intervals;
  const both = take({ intervals: first === undefined ? [] : [first, { ...first, fromS: 20 }] });
  expect(faultsOf(both, outcome('raised1@15 raised2@25 cleared1@40 cleared2@40'))).toEqual([]);
  expect(faultsOf(both, outcome('raised1@15 cleared1@40'))).toEqual(['nothing raised between 20 and 30']);
});

/** A near take that shows an object for so many seconds. */
const near = (name: ObjectClass, seconds: number, more: Partial<TakeTruth> & { ignore?: true } = {}) => {
  const { ignore, ...rest } = more;
  const box: TruthBox = { id: 1, class: name, box: [0, 0, 50, 50], visible: 1, ...(ignore && { ignore }) };
  const pictures = Array.from({ length: 100 }, (_, index) => (index < seconds * 2 ? [box] : []));
  return take({ take: 'near', intervals: [], pictures, ...rest });
};

test.each<[string, TakeTruth, string, string[]]>([
  ['a car that goes by', near('car', 3), '', []],
  ['an alert', near('car', 3), 'raised1@20 cleared1@40', ['raised@20']],
  ['too short a sight of it', near('car', 2), '', ['shows what the scene goes by for 2 s only']],
  [
    'a car that cannot be demanded',
    near('car', 9, { ignore: true }),
    '',
    ['shows what the scene goes by for 0 s only'],
  ],
  ['something else', near('person', 9), '', ['shows what the scene goes by for 0 s only']],
  ['nothing', near('car', 0), '', ['shows what the scene goes by for 0 s only']],
  ['look-alikes of fire beside people', near('person', 9, { scene: 'fire_smoke' }), '', []],
])('a near take with %s', (_, truth, story, faults) => {
  expect(faultsOf(truth, outcome(story))).toEqual(faults);
});

test('what is missing of the clips and their truths is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maplebridge-clips-'));
  for (const file of ['muck_truck.fires.mp4', 'muck_truck.fires.json', 'muck_truck.near.json']) {
    writeFileSync(join(folder, file), '');
  }
  const takes = [
    ['muck_truck', 'fires'],
    ['muck_truck', 'near'],
  ] as const;
  expect(missingFiles(folder, takes)).toEqual(['muck_truck.near.mp4']);
  rmSync(folder, { recursive: true, force: true });
});
