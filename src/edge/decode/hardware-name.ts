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

/** A kind of device, as FFmpeg names it. */
export type DeviceName = Exclude<HardwareName, 'none' | 'auto'>;

/** What decodes, and how it came to that. */
export interface HardwareInUse {
  readonly asked: HardwareName;
  readonly used: 'software' | DeviceName;
  /** For people: what was tried, and why what is not used was not taken. */
  readonly why: string;
}

/** What `auto` tries, in order: the kinds with a decoder of their own first, generic interfaces after. */
export function devicesToTry(asked: HardwareName, platform: NodeJS.Platform = process.platform): DeviceName[] {
  if (asked === 'none') return [];
  if (asked !== 'auto') return [asked];
  if (platform === 'darwin') return ['videotoolbox'];
  if (platform === 'win32') return ['cuda', 'qsv', 'd3d11va', 'vulkan'];
  return ['cuda', 'vaapi', 'qsv', 'rkmpp', 'drm', 'vulkan'];
}
