import type { NalRole, NalSyntax, PayloadStructure } from './nal-syntax.ts';
import { RbspReader } from './rbsp-reader.ts';
import { recoveryCount } from './sei.ts';

/** NAL unit types of ITU-T H.264 table 7-1. */
const nal = { slice: 1, partitionC: 4, idr: 5, sei: 6, sps: 7, pps: 8, aud: 9, filler: 12 } as const;

/** RTP payload structures of RFC 6184 §5.2 beside single NAL units (1–23). */
const stapA = 24;
const fuA = 28;

/** H.264 in RTP packets, non-interleaved mode (RFC 6184 §6.3): single NAL units, STAP-A (§5.7.1), FU-A (§5.8). */
export const h264Syntax: NalSyntax = {
  headerBytes: 1,
  aggregateHeaderBytes: 1,
  fragmentHeaderBytes: 2,
  setKinds: ['sps', 'pps'],
  typeOf: (buffer, at) => (buffer[at] ?? 0) & 0x1f,
  structureOf(type): PayloadStructure {
    if (type >= 1 && type <= 23) return 'single';
    if (type === stapA) return 'aggregate';
    // STAP-B, MTAP and FU-B belong to the interleaved mode (§6.4), which no camera offers: they are counted.
    return type === fuA ? 'fragment' : 'unsupported';
  },
  roleOf(type): NalRole {
    if (type === nal.idr) return 'keyframe';
    if (type >= nal.slice && type <= nal.partitionC) return 'inter';
    if (type === nal.sps || type === nal.pps) return 'parameter-set';
    if (type === nal.sei) return 'sei';
    if (type === nal.aud) return 'delimiter';
    return type === nal.filler ? 'left-out' : 'other';
  },
  fragmentType: (header) => header & 0x1f,
  fragmentNalHeader: (buffer, at) => ((buffer[at] ?? 0) & 0xe0) | ((buffer[at + 1] ?? 0) & 0x1f),
  identifySet(buffer, start, end) {
    const isSps = ((buffer[start] ?? 0) & 0x1f) === nal.sps;
    // An SPS has profile, constraints and level before its id (§7.3.2.1.1), a PPS starts with it (§7.3.2.2).
    const id = new RbspReader(buffer, start + (isSps ? 4 : 1), end).ue();
    if (id === undefined || id >= (isSps ? 32 : 256)) return undefined;
    return { kind: isSps ? 'sps' : 'pps', id };
  },
  recoveryPointOf(buffer, start, end) {
    // recovery_frame_cnt of zero: all from here on is exact (H.264 §D.2.8); else the picture is refreshed by stripes.
    const count = recoveryCount(buffer, start + 1, end);
    return count === undefined ? 'none' : count === 0 ? 'here' : 'gradual';
  },
  isIntraSlice(buffer, start, end) {
    const header = new RbspReader(buffer, start + 1, end);
    if (header.ue() === undefined) return false;
    const type = header.ue();
    // slice_type 2 and 7 are I, 4 and 9 SI (H.264 table 7-6).
    return type !== undefined && (type % 5 === 2 || type % 5 === 4);
  },
};
