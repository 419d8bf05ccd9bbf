import { describe, expect, test } from 'vitest';
import type { Box } from '../../../../src/domain/geometry.ts';
import type { TrackId } from '../../../../src/domain/ids.ts';
import type { ObjectClass } from '../../../../src/domain/object-class.ts';
import type { Track } from '../../../../src/domain/track.ts';
import { TrackMemory } from '../../../../src/edge/scene/rule/track-memory.ts';

const here: Box = [0.3, 0.4, 0.4, 0.8];
const hardlyMoved: Box = [0.32, 0.4, 0.42, 0.8];
const elsewhere: Box = [0.36, 0.4, 0.46, 0.8];

const track = (id: string, at: number, box: Box = here, kind: ObjectClass = 'person'): Track => ({
  id: id as TrackId,
  state: 'confirmed',
  class: kind,
  box,
  score: 0.8,
  bestScore: 0.9,
  firstSeenAt: 0,
  lastSeenAt: at,
  hits: 5,
  velocity: [0, 0],
});

const memory = () =>
  new TrackMemory<{ name: string }>({
    keepMs: 10_000,
    streamGapMs: 12_000,
    create: ({ id }) => ({ name: `of ${id}` }),
  });
const named = (kept: TrackMemory<{ name: string }>, id: string) => kept.of(id as TrackId)?.name;

describe('what is remembered of a track', () => {
  test.each<[string, Track, string]>([
    ['a new id on the same spot goes on with it', track('b', 2_000, hardlyMoved), 'of a'],
    ['one that stands elsewhere does not', track('b', 2_000, elsewhere), 'of b'],
    ['nor another kind of thing', track('b', 2_000, here, 'car'), 'of b'],
  ])('%s', (_what, next, name) => {
    const kept = memory();
    kept.update([track('a', 0)], 0);
    kept.update([next], 2_000);
    expect(named(kept, 'b')).toBe(name);
  });

  describe('with a limit to being taken for who vanished', () => {
    const limited = () =>
      new TrackMemory<{ name: string }>({
        keepMs: 30_000,
        takeOverMs: 3_000,
        streamGapMs: 12_000,
        create: ({ id }) => ({ name: `of ${id}` }),
      });
    /** Somebody else is there on the last of these looks, milliseconds. */
    const last = (looks: readonly number[]) => {
      const kept = limited();
      kept.update([track('a', 0)], 0);
      for (const at of looks.slice(0, -1)) kept.update([], at);
      const at = looks.at(-1) ?? 0;
      kept.update([track('b', at, hardlyMoved)], at);
      return named(kept, 'b');
    };

    test.each<[string, readonly number[], string]>([
      ['on the next look, however slow they are', [10_000], 'of a'],
      ['missed for as long as may be', [1_000, 3_000, 4_000], 'of a'],
      ['missed for longer', [1_000, 3_500, 4_000], 'of b'],
      ['missed on one slow look', [4_000, 8_000], 'of b'],
      ['a gap of the stream does not count', [1_000, 61_000], 'of a'],
    ])('%s', (_what, looks, name) => {
      expect(last(looks)).toBe(name);
    });

    test('who comes back under its own id has it all the same', () => {
      const kept = limited();
      kept.update([track('a', 0)], 0);
      for (const at of [10_000, 20_000]) kept.update([track('b', at, hardlyMoved)].slice(at / 20_000), at);
      kept.update([track('a', 26_000)], 26_000);
      expect(named(kept, 'a')).toBe('of a');
    });
  });

  test('somebody who is still there keeps it', () => {
    const kept = memory();
    kept.update([track('a', 0)], 0);
    kept.update([track('b', 2_000, hardlyMoved), track('a', 2_000)], 2_000);
    expect([named(kept, 'a'), named(kept, 'b')]).toEqual(['of a', 'of b']);
  });

  test('is forgotten after the time, of looks that saw anything at all', () => {
    const kept = memory();
    kept.update([track('a', 0)], 0);
    // A minute without a stream ages nobody.
    for (const at of [2_000, 62_000, 66_000, 70_000]) kept.update([], at);
    expect([named(kept, 'a'), kept.lookedMs]).toEqual(['of a', 10_000]);
    kept.update([], 72_000);
    expect(named(kept, 'a')).toBeUndefined();
    expect([...kept.all]).toEqual([]);
  });

  test('from before a restart is taken up by who stands there, not by who is known', () => {
    const kept = memory();
    kept.seed({ trackId: 'old' as TrackId, class: 'person', box: here }, { name: 'from before' });
    kept.update([track('a', 0, hardlyMoved)], 0);
    expect(named(kept, 'a')).toBe('from before');
    kept.seed({ trackId: 'a' as TrackId, class: 'person', box: here }, { name: 'again' });
    expect(named(kept, 'a')).toBe('from before');
  });

  test('goes through JSON, and the copies are apart', () => {
    const [first, second] = [memory(), memory()];
    first.update([track('a', 0)], 0);
    const saved = first.save();
    const value = first.of('a' as TrackId);
    if (value !== undefined) value.name = 'changed since';
    second.restore(JSON.parse(JSON.stringify(saved)));
    expect([named(first, 'a'), named(second, 'a')]).toEqual(['changed since', 'of a']);
  });
});
