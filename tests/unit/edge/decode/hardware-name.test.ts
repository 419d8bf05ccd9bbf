import { expect, test } from 'vitest';
import { decodeSchema } from '../../../../src/edge/decode/config.ts';
import { devicesToTry } from '../../../../src/edge/decode/hardware-name.ts';

test('auto tries what the platform has, a name only that, and none nothing', () => {
  expect(devicesToTry('auto', 'linux')[0]).toBe('cuda');
  expect(devicesToTry('auto', 'darwin')).toEqual(['videotoolbox']);
  expect(devicesToTry('auto', 'win32')).toContain('d3d11va');
  expect(devicesToTry('vaapi')).toEqual(['vaapi']);
  expect(devicesToTry('none')).toEqual([]);
});

test('without configuration: software, filtered, sixteen streams', () => {
  expect(decodeSchema.parse({})).toMatchObject({ hardware: 'none', skipLoopFilter: false, maxStreams: 16 });
  expect(decodeSchema.safeParse({ hardware: 'gpu' }).success).toBe(false);
});
