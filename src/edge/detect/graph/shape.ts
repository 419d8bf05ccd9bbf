import { GraphError } from './graph-error.ts';

/** Size of a tensor along each axis. */
export type Shape = readonly number[];

const maxRank = 16;
const maxElements = 2 ** 40;

/** @throws GraphError where these cannot be the sizes of a tensor. */
export function checkShape(shape: Shape, what: string): Shape {
  const elements = shape.reduce((product, dim) => product * dim, 1);
  const fits = shape.every((dim) => Number.isSafeInteger(dim) && dim > 0) && elements <= maxElements;
  if (!fits || shape.length > maxRank)
    throw new GraphError(`${what} would have the shape [${shape.slice(0, maxRank).join(',')}]`);
  return shape;
}

/** The axis counted from the front. @throws GraphError */
export function axisOf(axis: number, rank: number, what: string): number {
  const from = axis < 0 ? axis + rank : axis;
  if (from < 0 || from >= rank) throw new GraphError(`${what} names axis ${axis} of ${rank}`);
  return from;
}

/** Shape of what is combined element by element. Source: ONNX, "Multidirectional Broadcasting". @throws GraphError */
export function broadcast(a: Shape, b: Shape, what: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new GraphError(`${what} combines [${a.join(',')}] with [${b.join(',')}], which no longer fit each other`);
    }
    return Math.max(left, right);
  });
}

/** What a Reshape's constant asks for; 0 copies an axis, −1 takes what is left. @throws GraphError */
export function reshaped(from: Shape, target: readonly number[], allowZero: boolean, what: string): Shape {
  const size = from.reduce((product, dim) => product * dim, 1);
  const wanted = target.map((dim, axis) => (dim === 0 && !allowZero ? (from[axis] ?? 0) : dim));
  const known = wanted.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
  const free = wanted.filter((dim) => dim === -1).length;
  if (free > 1 || (free === 0 ? known !== size : size % known !== 0)) {
    throw new GraphError(`${what} turns [${from.join(',')}] into [${target.join(',')}], which has another size`);
  }
  return wanted.map((dim) => (dim === -1 ? size / known : dim));
}

/**
 * Where a Reshape that turned `from` into `to` has to lead when its input becomes `next`. Row-major order keeps both
 * shapes in runs of equal size; a run that did not change keeps its result, a run that becomes one axis follows its
 * size. Undefined: an axis that changes is cut into several, and only the model's author knows how.
 */
export function reshapedLike(from: Shape, to: Shape, next: Shape): Shape | undefined {
  const result: number[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const run = nextRun(from, to, i, j);
    if (run === undefined) return undefined;
    const part = runLike(from.slice(i, run.i), to.slice(j, run.j), next.slice(i, run.i));
    if (part === undefined) return undefined;
    result.push(...part);
    ({ i, j } = run);
  }
  return result;
}

/** Ends of the shortest run of axes, from `i` and `j` on, that has the same size in both shapes. */
function nextRun(from: Shape, to: Shape, i: number, j: number): { i: number; j: number } | undefined {
  let left = from[i] ?? 1;
  let right = to[j] ?? 1;
  const end = { i: Math.min(i + 1, from.length), j: Math.min(j + 1, to.length) };
  while (left !== right) {
    const factor = left < right ? from[end.i++] : to[end.j++];
    if (factor === undefined) return undefined;
    if (left < right) left *= factor;
    else right *= factor;
  }
  return end;
}

function runLike(from: Shape, to: Shape, next: Shape): Shape | undefined {
  if (from.every((dim, axis) => dim === next[axis])) return to;
  const wide = to.filter((dim) => dim !== 1).length;
  if (wide > 1 || to.length === 0) return undefined;
  const size = next.reduce((product, dim) => product * dim, 1);
  const at = Math.max(
    0,
    to.findIndex((dim) => dim !== 1),
  );
  return to.map((dim, axis) => (axis === at ? size : dim));
}
