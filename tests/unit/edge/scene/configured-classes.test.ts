import { describe, expect, test } from 'vitest';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import { rectangle, SceneCase, zone } from '../../../support/scene-case.ts';
import { SceneTimeline } from '../../../support/scene-timeline.ts';

const yard = zone('yard', 'polygon', rectangle(0, 0, 1, 1));
const missing = (classes: string) => `unavailable: no loaded model provides ${classes}`;

/** A scene that watches for these classes where models find those. */
const watched = (id: 'zone_intrusion' | 'material_dumping', classes: ObjectClass[], provided: ObjectClass[]) =>
  new SceneCase({ id, zones: [yard], config: { classes }, provided });

describe('a scene that is told what to look for', () => {
  test.each<[string, Parameters<typeof watched>, string]>([
    ['an excavator where people are found', ['zone_intrusion', ['excavator'], ['person']], missing('excavator')],
    ['an excavator where one is found', ['zone_intrusion', ['excavator'], ['person', 'excavator']], 'available'],
    ['one of two', ['zone_intrusion', ['tricycle', 'person'], ['person']], 'available'],
    ['neither of two', ['zone_intrusion', ['tricycle', 'boat'], ['person']], missing('tricycle, boat')],
    ['what is no intruder unless told so', ['zone_intrusion', ['tricycle'], ['tricycle']], 'available'],
    ['goods where goods are found', ['material_dumping', ['goods'], ['goods']], 'available'],
    ['goods where rubble is found', ['material_dumping', ['goods'], ['debris_pile']], missing('goods')],
  ])('%s', (_what, of, expected) => {
    const scenes = watched(...of).scenes();
    expect([...scenes.availability.values()]).toEqual([expected]);
    expect(scenes.demand === undefined).toBe(expected !== 'available');
  });

  test.each<[string, Parameters<typeof watched>, ObjectClass[]]>([
    ['and what they are mistaken for', ['zone_intrusion', ['tricycle'], []], ['tricycle', 'animal']],
    ['and who brings it', ['material_dumping', ['goods'], []], ['goods', 'truck', 'tricycle', 'excavator']],
  ])('asks models for those %s, and for no others', (_what, of, expected) => {
    expect([...watched(...of).scenes().classes]).toEqual(expected);
  });

  test('names them where it is not at work', () => {
    const notes = watched('zone_intrusion', ['excavator'], ['person']).notes(new SceneTimeline(), 0);
    expect(notes).toMatchObject([{ code: 'scene-unavailable', values: { classes: 'excavator' } }]);
  });
});
