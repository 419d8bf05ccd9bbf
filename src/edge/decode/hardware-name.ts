/** Kinds of hardware decoders that can be asked for; `auto` takes the first that works. */
export const hardwareNames = [
  'none',
  'auto',
  'cuda',
  'vaapi',
  'qsv',
  'vulkan',
  'drm',
  'rkmpp',
  'videotoolbox',
  'd3d11va',
] as const;

/** One of `hardwareNames`. */
export type HardwareName = (typeof hardwareNames)[number];

/** What decodes, and how it came to that. */
export interface HardwareInUse {
  readonly asked: HardwareName;
  /** `software`, or the kind of device that decoded the probe's picture. */
  readonly used: 'software' | Exclude<HardwareName, 'none' | 'auto'>;
  /** For people: what was tried and why it was not taken. */
  readonly why: string;
}
