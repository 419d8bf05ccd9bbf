import type { NalRole, NalSyntax, PayloadStructure } from './nal-syntax.ts';
import type { ParameterSetKind } from './parameter-sets.ts';
import { RbspReader } from './rbsp-reader.ts';
import { recoveryCount } from './sei.ts';

/** NAL unit types of ITU-T H.265 table 7-1. */
const nal = {
  rasl: [8, 9],
  bla: 16,
  idr: [19, 20],
  lastIrap: 23,
  lastVcl: 31,
  vps: 32,
  sps: 33,
  pps: 34,
  aud: 35,
  filler: 38,
  prefixSei: 39,
} as const;

/** RTP payload structures of RFC 7798 §4.4 beside single NAL units. */
const aggregation = 48;
const fragmentation = 49;

const setKinds: readonly ParameterSetKind[] = ['vps', 'sps', 'pps'];

/**
 * H.265 in RTP packets (RFC 7798 §4.4): single NAL units, AP and FU, without decoding order numbers: a description that
 * promises those (`sprop-max-don-diff` above 0) is refused before.
 */
export const h265Syntax: NalSyntax = {
  headerBytes: 2,
  aggregateHeaderBytes: 2,
  fragmentHeaderBytes: 3,
  setKinds,
  typeOf: (buffer, at) => ((buffer[at] ?? 0) >> 1) & 0x3f,
  structureOf(type): PayloadStructure {
    if (type < aggregation) return 'single';
    if (type === aggregation) return 'aggregate';
    return type === fragmentation ? 'fragment' : 'unsupported';
  },
  roleOf,
  fragmentType: (header) => header & 0x3f,
  fragmentNalHeader: (buffer, at) =>
    ((((buffer[at] ?? 0) & 0x81) | (((buffer[at + 2] ?? 0) & 0x3f) << 1)) << 8) | (buffer[at + 1] ?? 0),
  identifySet,
  recoveryPointOf(buffer, start, end) {
    // A picture that decodes alone is an IRAP picture by its type; all a recovery point can add is a gradual refresh.
    return recoveryCount(buffer, start + 2, end) === undefined ? 'none' : 'gradual';
  },
  isIntraSlice: () => false,
};

function roleOf(type: number): NalRole {
  if (type >= nal.bla && type <= nal.lastIrap)
    return type === nal.idr[0] || type === nal.idr[1] ? 'keyframe' : 'open-keyframe';
  if (type === nal.rasl[0] || type === nal.rasl[1]) return 'leading';
  if (type <= nal.lastVcl) return 'inter';
  if (type >= nal.vps && type <= nal.pps) return 'parameter-set';
  if (type === nal.aud) return 'delimiter';
  if (type === nal.prefixSei) return 'sei';
  return type === nal.filler ? 'left-out' : 'other';
}

function identifySet(buffer: Buffer, start: number, end: number) {
  const kind = setKinds[(((buffer[start] ?? 0) >> 1) & 0x3f) - nal.vps];
  if (kind === undefined) return undefined;
  const reader = new RbspReader(buffer, start + 2, end);
  if (kind === 'vps') return reader.overrun || end - start < 3 ? undefined : { kind, id: reader.bits(4) };
  if (kind === 'sps') skipToSpsId(reader);
  const id = reader.ue();
  return id === undefined || id >= (kind === 'sps' ? 16 : 64) ? undefined : { kind, id };
}

/** sps_video_parameter_set_id, sub-layers and profile_tier_level (ITU-T H.265 §7.3.2.2.1, §7.3.3). */
function skipToSpsId(reader: RbspReader): void {
  reader.skip(4);
  const subLayers = reader.bits(3);
  reader.skip(1 + 88 + 8);
  if (subLayers === 0) return;
  const present = Array.from({ length: 8 }, () => ({ profile: reader.bits(1), level: reader.bits(1) }));
  for (const { profile, level } of present.slice(0, subLayers)) reader.skip(profile * 88 + level * 8);
}
