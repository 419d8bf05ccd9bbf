import { describe, expect, test } from 'vitest';
import { parseMot } from '../../../scripts/mot/mot-file.ts';
import { sideBySide } from '../../../scripts/mot/mot-sequence.ts';
import { extentOf, runTracker } from '../../../scripts/mot/run-tracker.ts';
import { trackSchema } from '../../../src/edge/track/config.ts';

describe('MOTChallenge text', () => {
  test('ground truth, results with world coordinates, and the shortest line there is', () => {
    expect(parseMot('1,3,10,20,30,40,1,1,0.5\r\n\n2,3,11,20,30,40,0.9,-1,-1,-1\n3,4,0,0,1,1\n', 'gt.txt')).toEqual([
      { frame: 1, id: 3, box: [10, 20, 40, 60], confidence: 1, class: 1, visibility: 0.5 },
      { frame: 2, id: 3, box: [11, 20, 41, 60], confidence: 0.9, class: -1, visibility: -1 },
      { frame: 3, id: 4, box: [0, 0, 1, 1], confidence: 1, class: -1, visibility: -1 },
    ]);
  });

  test('detections have no ids: the same −1 many times in a frame', () => {
    expect(parseMot('1,-1,0,0,1,1,0.4\n1,-1,5,0,1,1,0.6\n', 'det.txt')).toHaveLength(2);
  });

  test.each([
    ['too short', '1,1,0,0,5', 'gt.txt:1: 5 columns, at least 6 are needed'],
    ['not a number', '1,1,0,0,5,x', 'gt.txt:1: column 6 is not a number: "x"'],
    ['empty', '1,,0,0,5,5', 'gt.txt:1: column 2 is not a number: ""'],
    ['frame 0', '0,1,0,0,5,5', 'gt.txt:1: frame 0: frames are counted from 1'],
    ['half an id', '1,1.5,0,0,5,5', 'gt.txt:1: id 1.5 is not a whole number'],
    ['inside out', '1,1,0,0,-5,5', 'gt.txt:1: a box of -5 × 5'],
    ['twice', '1,1,0,0,5,5\n\n1,1,9,9,5,5', 'gt.txt:3: id 1 is in frame 1 already, in line 1'],
    ['two bad lines', 'a,1,0,0,5,5\nb,1,0,0,5,5', 'gt.txt:1: column 1 is not a number: "a"\ngt.txt:2: column 1'],
  ])('%s', (_, text, message) => expect(() => parseMot(text, 'gt.txt')).toThrow(message));

  test('many bad lines are counted, not listed', () => {
    expect(() => parseMot('x\n'.repeat(30), 'gt.txt')).toThrow(
      'gt.txt:10: 1 columns, at least 6 are needed\nand 20 more',
    );
  });
});

describe('side by side', () => {
  const gt = parseMot('1,1,0,0,10,10,1,1,1\n1,2,50,0,10,10,1,7,1\n1,3,100,0,10,10,0,1,1\n6,1,0,0,10,10,1,1,1\n', 'gt');
  const found = parseMot('1,11,0,0,10,10\n1,12,50,0,10,10\n1,13,100,0,10,10\n2,11,0,0,10,10\n', 'results');

  test('who is found on a distractor counts neither way; who does not count is not asked for', () => {
    const [first] = sideBySide(gt, found);
    expect(first?.truth.map(({ id }) => id)).toEqual([1]);
    expect(first?.found.map(({ id }) => id)).toEqual([11, 13]);
  });

  test('every fifth frame', () => {
    expect(sideBySide(gt, found).length).toBe(3);
    expect(sideBySide(gt, found, 5).map(({ truth }) => truth.length)).toEqual([1, 1]);
  });
});

describe('our tracker on a file', () => {
  const walk = Array.from({ length: 20 }, (_, index) => `${index + 1},1,${index * 4},50,20,60,0.9`).join('\n');
  const detections = parseMot(walk, 'det');

  test.each(['byte', 'iou'] as const)('%s: one walker is one id, in pixels again', (kind) => {
    const picture = extentOf(detections);
    expect(picture).toEqual({ width: 96, height: 110 });
    const run = { config: trackSchema.parse({ kind }), framesPerSecond: 10, picture };
    const results = runTracker(detections, { ...run, every: 1 });
    expect(new Set(results.map(({ id }) => id))).toEqual(new Set([1]));
    expect(results.length).toBe(20);
    expect(results.at(-1)?.box.map(Math.round)).toEqual([76, 50, 96, 110]);
    expect(runTracker(detections, { ...run, every: 5 }).map(({ frame }) => frame)).toEqual([1, 6, 11, 16]);
  });
});
