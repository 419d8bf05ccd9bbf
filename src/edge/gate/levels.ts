/** Fixed point of everything the gate computes with: 64 units are one level. */
export const unit = 64;

/** Added before the logarithm, so that the noise of a dark picture is not blown up without end. */
const dark = 32;

/** Levels for a doubling of light: one grey value is one level at grey 128. */
const perNaturalLog = 128 + dark;

/** Logarithm of each grey value in units; 0 for black, about 22,500 for white (fits 16 bits). */
export const levelOf: Int16Array = Int16Array.from({ length: 256 }, (_, grey) =>
  Math.round(unit * perNaturalLog * Math.log((grey + dark) / dark)),
);
