import { describe, expect, test } from 'vitest';
import { parameterSetsOf } from '../../../../src/edge/evidence/annex-b.ts';

const nal = (code: string, hex: string) => Buffer.from(`${code}${hex}`, 'hex');
const long = '00000001';
const short = '000001';

describe('parameter sets of a keyframe', () => {
  test.each([
    {
      what: 'H.264: SPS and PPS, whatever their start codes',
      codec: 'h264',
      parts: [
        [short, '6742'],
        [long, '68ce'],
        [short, '65aa'],
      ],
      sets: ['6742', '68ce'],
    },
    {
      what: 'H.264: not the access unit delimiter and SEI',
      codec: 'h264',
      parts: [
        [long, '09f0'],
        [long, '6742'],
        [long, '0605'],
        [long, '68ce'],
        [long, '65aa'],
      ],
      sets: ['6742', '68ce'],
    },
    {
      what: 'H.265: VPS, SPS, PPS',
      codec: 'h265',
      parts: [
        [long, '4001'],
        [long, '4201'],
        [long, '4401'],
        [long, '2601'],
      ],
      sets: ['4001', '4201', '4401'],
    },
    { what: 'none', codec: 'h264', parts: [[long, '65aa']], sets: [] },
    {
      what: 'what follows the picture is not read',
      codec: 'h264',
      parts: [
        [long, '65aa'],
        [long, '6742'],
      ],
      sets: [],
    },
    {
      what: 'sets alone',
      codec: 'h264',
      parts: [
        [long, '6742'],
        [long, '68ce'],
      ],
      sets: ['6742', '68ce'],
    },
    { what: 'MJPEG has none', codec: 'mjpeg', parts: [[long, '6742']], sets: [] },
  ] as const)('$what', ({ codec, parts, sets }) => {
    const unit = Buffer.concat(parts.map(([code, hex]) => nal(code, hex)));
    expect(parameterSetsOf(codec, unit).toString('hex')).toBe(sets.map((hex) => `${long}${hex}`).join(''));
  });

  test('the same sets are the same, with zeros between them or not', () => {
    const [one, other] = ['6742', '674200'].map((sps) => Buffer.concat([nal(long, sps), nal(short, '65aa')]));
    expect(parameterSetsOf('h264', one as Buffer)).toEqual(parameterSetsOf('h264', other as Buffer));
  });

  test.each(['', '00', '000001', '00000100'])('rubbish %j has none', (hex) => {
    expect(parameterSetsOf('h264', Buffer.from(hex, 'hex'))).toHaveLength(0);
  });
});
