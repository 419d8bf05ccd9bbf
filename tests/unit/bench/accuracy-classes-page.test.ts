import { expect, test } from 'vitest';
import type { ClassAccuracy, SetResult } from '../../../scripts/bench/accuracy-classes.ts';
import { classMetrics, classPage } from '../../../scripts/bench/accuracy-classes-page.ts';
import { categoryOf, type JudgedSet } from '../../../scripts/bench/judged-set.ts';
import type { ObjectClass } from '../../../src/domain/object-class.ts';

const classes: readonly ObjectClass[] = ['person', 'flame'];
const set: JudgedSet = {
  ...{ name: 'rendered', about: 'drawn pictures', pictures: [], classes, redistributable: true },
  labels: classes.map((name) => ({ image: 0, category: categoryOf(name), box: [0, 0, 1, 1], crowd: false })),
};
const none = { ap50: 0, ap: 0 };
const byArea = { small: { ap50: 0.2, ap: 0.1 }, medium: none, large: none };
const result = (model: string, ...ap50: [ObjectClass, number][]): SetResult => ({
  ...{ set, model, found: [], byArea },
  classes: ap50.map(([name, value]) => ({ class: name, labels: 1, ap50: value, ap: value / 2 })),
});
const own = result('ours', ['person', 0.5], ['flame', 0.9]);
const accuracy = (...results: SetResult[]): ClassAccuracy => ({
  ...{ shipped: 'ours', models: ['ours', 'theirs'], sets: [set], missing: [], results },
  msPerImage: new Map([['ours', 7]]),
});

test('each class with its labels, the mean of what each knows, and ours on what the other knows', () => {
  const page = classPage(accuracy(own, result('theirs', ['person', 0.7])));
  for (const row of [
    '| class | labels | ours | theirs |',
    '| person | 1 | 50.0 / 25.0 | 70.0 / 35.0 |',
    '| flame | 1 | 90.0 / 45.0 | – |',
    '| **all it knows** |  | 70.0 / 35.0 | 70.0 / 35.0 |',
    '| **the shipped model on these** |  | 70.0 / 35.0 | 50.0 / 25.0 |',
  ])
    expect(page).toContain(row);
});

test('alone on a set there is nobody to stand beside; a set that nobody judged has no table', () => {
  expect(classPage(accuracy(own))).not.toContain('on these');
  expect(classPage(accuracy())).not.toContain('drawn pictures');
});

test('metrics: the mean of each model, and ours by class', () => {
  expect(classMetrics(accuracy(own, result('theirs', ['person', 0.7])))).toEqual({
    ...{ 'ap50/rendered/ours': 0.7, 'ap/rendered/ours': 0.35, 'ap50/rendered/theirs': 0.7, 'ap/rendered/theirs': 0.35 },
    ...{ 'ap50/rendered/ours/person': 0.5, 'ap50/rendered/ours/flame': 0.9, 'msOneThread/ours': 7 },
    ...{ 'ap50/rendered/ours/small': 0.2, 'ap50/rendered/ours/medium': 0, 'ap50/rendered/ours/large': 0 },
  });
});

test('by size where each size has thirty labels', () => {
  const sides = [10, 50, 200].flatMap((side) => Array.from({ length: 30 }, () => side));
  const labels = sides.map((side) => {
    return { image: 0, category: categoryOf('person'), box: [0, 0, side, side] as const, crowd: false };
  });
  const sized = { ...own, set: { ...set, labels } };
  const page = (of: SetResult) => classPage({ ...accuracy(of), sets: [of.set] });
  expect(page(sized)).toContain('| *small ones of all it knows* | 30 | 20.0 / 10.0 |');
  expect(page({ ...sized, set: { ...set, labels: labels.slice(1) } })).not.toContain('small ones');
});
