/** Fixed point of everything the gate computes with: 64 units are one level. */
export const unit = 64;

/** Added before the logarithm, so that the noise of a dark picture is not blown up without end. */
const dark = 16;

/** Levels for a doubling of light: one grey value is one level at grey 128. */
const perNaturalLog = 128 + dark;

/** Logarithm of each grey value in units; 0 for black, about 22,500 for white (fits 16 bits). */
export const levelOf: Int16Array = Int16Array.from({ length: 256 }, (_, grey) =>
  Math.round(unit * perNaturalLog * Math.log((grey + dark) / dark)),
);

/** Units that one grey value is worth at a level; darker ones are worth more. Indexed by level, from 0. */
export const unitsPerGrey: Float32Array = Float32Array.from({ length: 512 }, (_, level) => {
  const shifted = dark * Math.exp(level / perNaturalLog);
  return (unit * perNaturalLog) / shifted;
});
