import { describe, expect, test } from 'vitest';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import { automaticModels } from '../../../../src/edge/detect/automatic-models.ts';
import { loadManifest, type ModelManifest } from '../../../../src/edge/detect/model-manifest.ts';

const [pattern] = loadManifest().models;
const model = (id: string, classes: string, shipped = false): ModelManifest['models'][number] => {
  if (pattern === undefined) throw new Error('the manifest is empty');
  return { ...pattern, id, classes, shipped };
};
const set = (...names: ObjectClass[]) => ({
  names: [...names, 'kite'],
  canonical: Object.fromEntries(names.map((name) => [name, name])),
});
const classSets = {
  all: set('person', 'car', 'flame'),
  traffic: set('person', 'car'),
  people: set('person'),
};
const models = [
  model('traffic-small', 'traffic'),
  model('ours', 'all', true),
  model('traffic-big', 'traffic'),
  model('people', 'people'),
];
const chosen = (pulled: readonly string[], from = models, except?: string) =>
  automaticModels({ version: 1, classSets, models: from, appearance: [] }, pulled, except).map(
    ({ id, classes }) => `${id}: ${classes.join(' ')}`,
  );

describe('models of a node whose configuration names none', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['nothing pulled: what ships', [], ['ours: person car flame']],
    [
      'a pulled one takes the classes it knows, the shipped one keeps the rest',
      ['traffic-big'],
      ['traffic-big: person car', 'ours: flame'],
    ],
    [
      'the last pulled goes first; what is left without a class does not run',
      ['traffic-small', 'traffic-big'],
      ['traffic-small: person car', 'ours: flame'],
    ],
    [
      'a narrow one before a wide one',
      ['people', 'traffic-big'],
      ['people: person', 'traffic-big: car', 'ours: flame'],
    ],
    ['the shipped one pulled after another', ['ours', 'traffic-big'], ['ours: person car flame']],
    ['an id of which the manifest knows nothing any more', ['gone'], ['ours: person car flame']],
  ])('%s', (_, pulled, expected) => expect(chosen(pulled)).toEqual(expected));

  test('nothing ships and nothing was pulled: the first of the manifest, which then says that it is missing', () => {
    expect(chosen([], models.slice(2))).toEqual(['traffic-big: person car']);
  });

  test('nothing ships and a narrow one was pulled: the first of the manifest goes on with the rest', () => {
    expect(chosen(['people'], models.slice(2))).toEqual(['people: person', 'traffic-big: car']);
  });

  test('a model that was pulled to be tried beside the others is none of them', () => {
    expect(chosen(['traffic-big'], models, 'traffic-big')).toEqual(['ours: person car flame']);
  });
});
