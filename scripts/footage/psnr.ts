/** Peak signal-to-noise ratio of two pictures of the same size, dB; −∞ where the sizes differ, ∞ for the same bytes. */
export function psnr(one: Uint8Array, other: Uint8Array): number {
  if (one.length !== other.length || one.length === 0) return Number.NEGATIVE_INFINITY;
  let squares = 0;
  for (let at = 0; at < one.length; at += 1) squares += ((one[at] ?? 0) - (other[at] ?? 0)) ** 2;
  return 10 * Math.log10((255 * 255 * one.length) / squares);
}
