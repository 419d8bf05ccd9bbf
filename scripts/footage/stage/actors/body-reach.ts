/** Turns of two limbs in radians, both about the body's sideways axis; the lower one against the upper. */
export interface LimbBend {
  readonly upper: number;
  readonly lower: number;
}

/**
 * How two limbs that hang from a joint reach a point: ahead and above of the joint, metres. Out of reach they stretch
 * towards it. Knees point forward, elbows backward.
 */
export function reach(
  [upperM, lowerM]: readonly [number, number],
  [ahead, above]: readonly [number, number],
  bendsTo: 'forward' | 'backward',
): LimbBend {
  const far = Math.min(upperM + lowerM - 1e-4, Math.max(Math.abs(upperM - lowerM) + 1e-4, Math.hypot(ahead, above)));
  const towards = Math.atan2(ahead, -above);
  const open = Math.acos(clamped((upperM ** 2 + far ** 2 - lowerM ** 2) / (2 * upperM * far)));
  const inside = Math.acos(clamped((upperM ** 2 + lowerM ** 2 - far ** 2) / (2 * upperM * lowerM)));
  const sign = bendsTo === 'forward' ? 1 : -1;
  return { upper: towards + sign * open, lower: -sign * (Math.PI - inside) };
}

function clamped(cosine: number): number {
  return Math.min(1, Math.max(-1, cosine));
}
