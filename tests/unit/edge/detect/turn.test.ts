import { describe, expect, test } from 'vitest';
import { giveUpTurn, inTurn, turnOf } from '../../../../src/edge/detect/turn.ts';

const owner = (turn: SharedArrayBuffer) => new Int32Array(turn)[0];

describe('taking turns', () => {
  test('only webgpu has to', () => {
    expect(turnOf('webgpu')).toBeInstanceOf(SharedArrayBuffer);
    expect(turnOf('webgpu')).toBe(turnOf('webgpu'));
    expect(turnOf('cpu')).toBeUndefined();
  });

  test('it is mine while I work, and nobody’s afterwards, also when I fail', async () => {
    const turn = new SharedArrayBuffer(4);
    expect(await inTurn(turn, 7, async () => owner(turn))).toBe(7);
    expect(owner(turn)).toBe(0);
    await expect(inTurn(turn, 7, () => Promise.reject(new Error('ill')))).rejects.toThrow('ill');
    expect(owner(turn)).toBe(0);
  });

  test('without turns the work is just done', async () => {
    expect(await inTurn(undefined, 7, async () => 'done')).toBe('done');
  });

  test('the turn of a thread that ended is given up for it, another’s is not', async () => {
    const turn = new SharedArrayBuffer(4);
    await inTurn(turn, 7, async () => {
      giveUpTurn(turn, 8);
      expect(owner(turn)).toBe(7);
      giveUpTurn(turn, 7);
      expect(owner(turn)).toBe(0);
    });
  });
});
