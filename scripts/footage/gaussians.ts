/** Quantiles of the normal distribution, in no order that matters: an even index draws from it. */
let table: Float32Array | undefined;

/** 4,096 values of mean 0 and deviation 1; pick one by an even random index. */
export function gaussians(): Float32Array {
  table ??= normalTable(4096);
  return table;
}

/** The middles of equally likely slices, found by adding up the bell curve; exactly symmetrical, so the mean is 0. */
function normalTable(length: number): Float32Array {
  const values = new Float32Array(length);
  const step = 1 / 2048;
  let below = 0.5;
  let x = 0;
  for (let index = length / 2; index < length; index += 1) {
    const wanted = (index + 0.5) / length;
    while (below < wanted && x < 6) {
      const middle = x + step / 2;
      below += (Math.exp((-middle * middle) / 2) / Math.sqrt(2 * Math.PI)) * step;
      x += step;
    }
    values[index] = x;
    values[length - 1 - index] = -x;
  }
  return values;
}
