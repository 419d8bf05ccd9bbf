import type { IdentifySet, ParameterSetKind } from './parameter-sets.ts';

/** How an RTP payload holds NAL units. */
export type PayloadStructure = 'single' | 'aggregate' | 'fragment' | 'unsupported';

/**
 * What a NAL unit is to an access unit. `open-keyframe` decodes alone, but leading pictures after it may not
 * (`leading`); `left-out` says nothing about the picture and is not kept.
 */
export type NalRole =
  | 'keyframe'
  | 'open-keyframe'
  | 'inter'
  | 'leading'
  | 'parameter-set'
  | 'sei'
  | 'delimiter'
  | 'left-out'
  | 'other';

/** Where a recovery point SEI message allows to begin: here, or some pictures later. */
export type RecoveryPoint = 'none' | 'here' | 'gradual';

/** What differs between H.264 and H.265 for a depacketiser. All functions look into `buffer` and copy nothing. */
export interface NalSyntax {
  readonly headerBytes: 1 | 2;
  /** From the start of an aggregation packet to its first size. */
  readonly aggregateHeaderBytes: number;
  /** From the start of a fragment to its piece of the NAL unit. */
  readonly fragmentHeaderBytes: number;
  readonly setKinds: readonly ParameterSetKind[];
  readonly identifySet: IdentifySet;
  /** NAL unit type, or payload structure type, in the header at `at`. */
  typeOf(buffer: Buffer, at: number): number;
  structureOf(type: number): PayloadStructure;
  roleOf(type: number): NalRole;
  /** NAL unit type in the FU header byte. */
  fragmentType(header: number): number;
  /** The NAL unit header that a fragment at `at` stands for, as a big-endian number of `headerBytes`. */
  fragmentNalHeader(buffer: Buffer, at: number): number;
  /** Reads the SEI NAL unit `buffer[start, end)`. */
  recoveryPointOf(buffer: Buffer, start: number, end: number): RecoveryPoint;
  /** Whether a slice refers to no other picture, by its header; false where that is not known. */
  isIntraSlice(buffer: Buffer, start: number, end: number): boolean;
}
