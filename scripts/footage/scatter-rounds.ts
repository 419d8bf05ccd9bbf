/** Castings of one place, one picture each: building the place costs more than drawing it. */
export const scatterRounds = 3;

/** Seconds a casting is on stage. */
export const scatterRoundS = 1;

/** When a casting is to be drawn. */
export function scatterMomentS(round: number): number {
  return (round + 0.5) * scatterRoundS;
}
