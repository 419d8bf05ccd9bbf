import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type CameraConfig, cameraSchema } from '../../src/edge/camera-config.ts';
import type { FootageAlert } from './footage-camera.ts';

type Window = readonly [from: number, to: number];

/** An alert that a clip must raise, with the seconds within which it may come. */
export interface ExpectedAlert {
  readonly scene: string;
  readonly zone: string;
  readonly raised: Window;
  readonly cleared?: Window;
  /** Why it is known not to come; should it come, the reason is to be struck out. */
  readonly missedBecause?: string;
}

/** A clip of real footage, what its camera watches for, and what must come of it. */
export interface GoldenClip {
  readonly clip: string;
  readonly what: string;
  /** In place of those of all clips. */
  readonly models?: readonly string[];
  readonly zones: readonly object[];
  readonly scenes: object;
  readonly unavailable?: readonly string[];
  readonly expected: readonly ExpectedAlert[];
}

/** Clips and models of the replay of real footage. */
export const goldenFootage: { readonly models: readonly string[]; readonly clips: readonly GoldenClip[] } = JSON.parse(
  readFileSync(new URL('../replay/golden/footage.json', import.meta.url), 'utf8'),
);

/** Where a clip lies: one comes with a package of Debian. */
export function clipPath(clip: string, sharedDir: string): string {
  return clip === 'vtest.avi' ? `/usr/share/doc/opencv-doc/examples/data/${clip}` : join(sharedDir, clip);
}

/** A camera that would send the clip. */
export function goldenCamera(
  { clip, zones, scenes }: Pick<GoldenClip, 'clip' | 'zones' | 'scenes'>,
  file: string,
): CameraConfig {
  return cameraSchema.parse({
    ...{ id: basename(clip).replace(/\.\w+$/, ''), name: clip, division: '330503001', lat: 30.87, lon: 120.43 },
    ...{ stream: { file }, zones, scenes },
  });
}

/** Each expected alert with the first that is one of its kind within its time and not taken yet. */
export function matchedAlerts(
  expected: readonly ExpectedAlert[],
  raised: readonly FootageAlert[],
): Map<ExpectedAlert, FootageAlert> {
  const pairs = new Map<ExpectedAlert, FootageAlert>();
  for (const each of expected) {
    const [from, to] = each.raised;
    const taken = new Set(pairs.values());
    const alert = raised.find(
      ({ scene, zone, second, ...rest }) =>
        scene === each.scene &&
        zone.id === each.zone &&
        second >= from &&
        second <= to &&
        ![...taken].some(({ incidentId }) => incidentId === rest.incidentId),
    );
    if (alert !== undefined) pairs.set(each, alert);
  }
  return pairs;
}
