/** A row that may be given a column, at a cost. */
export interface Pair {
  readonly row: number;
  readonly column: number;
  readonly cost: number;
}

/**
 * The cheapest one-to-one choice among the pairs, where a row that gets no column costs `unmatched`: no pair that costs
 * as much is ever chosen. Independent groups are solved on their own, each in O(n³).
 */
export function assign<P extends Pair>(pairs: readonly P[], unmatched: number): P[] {
  return groupsOf(pairs.filter(({ cost }) => cost < unmatched)).flatMap((group) => {
    return group.length === 1 ? group : solve(group, unmatched);
  });
}

/** Pairs that share a row or a column, however many steps apart, belong together. */
function groupsOf<P extends Pair>(pairs: readonly P[]): P[][] {
  const [first, ...others] = pairs;
  if (first === undefined) return [];
  if (others.length === 0) return [[first]];
  const parents = new Map<number, number>();
  const rootOf = (node: number): number => {
    let root = node;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    if (root !== node) parents.set(node, root);
    return root;
  };
  for (const { row, column } of pairs) {
    const [a, b] = [rootOf(row), rootOf(-1 - column)];
    if (a !== b) parents.set(b, a);
  }
  return [...Map.groupBy(pairs, ({ row }) => rootOf(row)).values()];
}

/** One group: the smaller side asks, the larger is asked. */
function solve<P extends Pair>(pairs: readonly P[], unmatched: number): P[] {
  const rows = indexOf(pairs.map(({ row }) => row));
  const columns = indexOf(pairs.map(({ column }) => column));
  const turned = rows.size > columns.size;
  const [asking, asked] = turned ? [columns.size, rows.size] : [rows.size, columns.size];
  // Who asks may also take one of as many empty places, which cost what being left out costs.
  const width = asked + asking;
  const costs = new Float64Array(asking * width).fill(Number.POSITIVE_INFINITY);
  const pairAt = new Map<number, P>();
  for (let who = 0; who < asking; who += 1) costs.fill(unmatched, who * width + asked, (who + 1) * width);
  for (const pair of pairs) {
    const [row, column] = [rows.get(pair.row) ?? 0, columns.get(pair.column) ?? 0];
    const place = turned ? column * width + row : row * width + column;
    if (pair.cost >= at(costs, place)) continue;
    costs[place] = pair.cost;
    pairAt.set(place, pair);
  }
  return shortestPaths(costs, asking, width).flatMap((column, who) => pairAt.get(who * width + column) ?? []);
}

function indexOf(values: readonly number[]): Map<number, number> {
  return new Map([...new Set(values)].map((value, index) => [value, index]));
}

/** Typed arrays are read within their length here; the compiler cannot know. */
function at(array: Float64Array | Int32Array, index: number): number {
  return array[index] as number;
}

/**
 * The cheapest column for every row by shortest augmenting paths with potentials (Kuhn 1955; Jonker and Volgenant 1987).
 * Infinite costs are never taken as long as another choice is there. Index 0 of the work arrays is a place of its own:
 * the row that is being placed.
 */
function shortestPaths(costs: Float64Array, rows: number, columns: number): number[] {
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  const rowOf = new Int32Array(columns + 1);
  const cameFrom = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row += 1) {
    const least = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
    const visited = new Uint8Array(columns + 1);
    let column = 0;
    rowOf[0] = row;
    do {
      visited[column] = 1;
      const current = at(rowOf, column);
      const offset = (current - 1) * columns - 1;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let each = 1; each <= columns; each += 1) {
        if (visited[each] === 1) continue;
        const cost = at(costs, offset + each) - at(rowPotential, current) - at(columnPotential, each);
        if (cost < at(least, each)) {
          least[each] = cost;
          cameFrom[each] = column;
        }
        if (at(least, each) < delta) {
          delta = at(least, each);
          next = each;
        }
      }
      shift(delta, { rowPotential, columnPotential, rowOf, least, visited });
      column = next;
    } while (at(rowOf, column) !== 0);
    handOn(column, rowOf, cameFrom);
  }
  return columnsOf(rowOf, rows);
}

function columnsOf(rowOf: Int32Array, rows: number): number[] {
  const chosen = new Array<number>(rows).fill(-1);
  for (let column = 1; column < rowOf.length; column += 1) {
    if (at(rowOf, column) !== 0) chosen[at(rowOf, column) - 1] = column - 1;
  }
  return chosen;
}

/** Along the path found each row takes the next one's column. */
function handOn(last: number, rowOf: Int32Array, cameFrom: Int32Array): void {
  for (let column = last; column !== 0; ) {
    const before = at(cameFrom, column);
    rowOf[column] = at(rowOf, before);
    column = before;
  }
}

function shift(
  delta: number,
  work: {
    readonly rowPotential: Float64Array;
    readonly columnPotential: Float64Array;
    readonly rowOf: Int32Array;
    readonly least: Float64Array;
    readonly visited: Uint8Array;
  },
): void {
  const { rowPotential, columnPotential, rowOf, least, visited } = work;
  for (let column = 0; column < rowOf.length; column += 1) {
    if (visited[column] === 1) {
      const row = at(rowOf, column);
      rowPotential[row] = at(rowPotential, row) + delta;
      columnPotential[column] = at(columnPotential, column) - delta;
    } else {
      least[column] = at(least, column) - delta;
    }
  }
}
