/** A square matrix, rows first. */
export type SquareMatrix = readonly (readonly number[])[];

/** The lower triangle L of a symmetric positive definite matrix L·Lᵀ; undefined for one that is not, or nearly not. */
export function cholesky(matrix: SquareMatrix): SquareMatrix | undefined {
  const lower = matrix.map((row) => row.map(() => 0));
  for (const [i, row] of matrix.entries()) {
    const own = lower[i] ?? [];
    for (let j = 0; j <= i; j += 1) {
      const other = lower[j] ?? [];
      let rest = row[j] ?? 0;
      for (let k = 0; k < j; k += 1) rest -= (own[k] ?? 0) * (other[k] ?? 0);
      if (i !== j) own[j] = rest / (other[j] ?? 0);
      else if (rest > 1e-12 * (row[i] ?? 0)) own[i] = Math.sqrt(rest);
      else return undefined;
    }
  }
  return lower;
}

/** Solves L·x = b for a lower triangle. */
export function forward(lower: SquareMatrix, b: readonly number[]): number[] {
  const x: number[] = [];
  for (const [i, row] of lower.entries()) {
    let rest = b[i] ?? 0;
    for (const [k, known] of x.entries()) rest -= (row[k] ?? 0) * known;
    x.push(rest / (row[i] ?? 0));
  }
  return x;
}

/** Solves Lᵀ·x = b for a lower triangle. */
export function backward(lower: SquareMatrix, b: readonly number[]): number[] {
  const x = b.map(() => 0);
  for (let i = x.length - 1; i >= 0; i -= 1) {
    let rest = b[i] ?? 0;
    for (let k = i + 1; k < x.length; k += 1) rest -= (lower[k]?.[i] ?? 0) * (x[k] ?? 0);
    x[i] = rest / (lower[i]?.[i] ?? 0);
  }
  return x;
}
