/** How fast a remembered appearance follows what is seen: ten looks or so. */
const freshShare = 0.1;

/** Cosine of two unit vectors; undefined where they are not of the same model. */
export function similarity(a: Float32Array | undefined, b: Float32Array | undefined): number | undefined {
  if (a === undefined || b === undefined || a.length !== b.length || a.length === 0) return undefined;
  let dot = 0;
  for (let index = 0; index < a.length; index += 1) dot += (a[index] ?? 0) * (b[index] ?? 0);
  return dot;
}

/** The remembered appearance after a look at it, of unit length again. */
export function remember(known: Float32Array | undefined, seen: Float32Array): Float32Array {
  if (known === undefined || known.length !== seen.length) return seen;
  const mixed = known.map((value, index) => value + ((seen[index] ?? 0) - value) * freshShare);
  const length = Math.hypot(...mixed);
  return length > 0 ? mixed.map((value) => value / length) : seen;
}

/** As text for JSON: the vector's bytes in base64. */
export function appearanceToText(appearance: Float32Array): string {
  return Buffer.from(appearance.buffer, appearance.byteOffset, appearance.byteLength).toString('base64');
}

/** What `appearanceToText` wrote; bytes left over are dropped. */
export function appearanceFromText(text: string): Float32Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}
