import type { DescribedValue, PictureInput } from './describe-model.ts';
import type { ModelEntry } from './model-manifest.ts';

/** Whether one kind of outputs can be what a file gives. */
export interface AdapterGuess {
  readonly kind: ModelEntry['kind'];
  /** Why it does not fit; undefined where it does. */
  readonly unfit: string | undefined;
  readonly strides: readonly number[];
  /** How many classes; 0 where the outputs do not tell. */
  readonly classes: number;
}

type Fit = { readonly strides: readonly number[]; readonly classes: number } | { readonly unfit: string };

const usualStrides = [4, 8, 16, 32, 64, 128];
/** Numbers a side of a box takes in GFL: a distribution over 0…7. */
const sides = 32;

/** Tries every kind of adapter against the shapes of a file's outputs, the likeliest first. */
export function guessAdapters(outputs: readonly DescribedValue[], picture: PictureInput): AdapterGuess[] {
  // PicoDet and NanoDet have the same layout, but PicoDet one grid more.
  const shared = gfl(outputs, picture);
  const fine = 'strides' in shared && !shared.strides.includes(64);
  const tries: Partial<Record<ModelEntry['kind'], Fit>> = {
    yolox: yolox(outputs, picture),
    ...(fine ? { nanodet: shared, picodet: shared } : { picodet: shared, nanodet: shared }),
    detr: detr(outputs),
    'detr-post': detrPost(outputs),
    ready: ready(outputs),
  };
  return Object.entries(tries).map(([kind, fit]) => ({
    kind: kind as ModelEntry['kind'],
    ...('unfit' in fit ? { unfit: fit.unfit, strides: [], classes: 0 } : { unfit: undefined, ...fit }),
  }));
}

function cellsOf({ width, height }: PictureInput, stride: number): number {
  return Math.ceil(width / stride) * Math.ceil(height / stride);
}

function shapesOf(outputs: readonly DescribedValue[]): string {
  const shown = outputs.slice(0, 3).map(({ name, dims }) => `${name} [${dims?.join(',') ?? '?'}]`);
  const more = outputs.length > shown.length ? [`${outputs.length - shown.length} more`] : [];
  return [...shown, ...more].join(', ') || 'no outputs';
}

function yolox(outputs: readonly DescribedValue[], picture: PictureInput): Fit {
  const [output, ...more] = outputs;
  const dims = output?.dims ?? [];
  const [, rows, row] = dims;
  if (more.length > 0 || dims.length !== 3 || typeof row !== 'number' || row < 6) {
    return { unfit: `expected one output [1, cells, 5 + classes], got ${shapesOf(outputs)}` };
  }
  const grids = [
    [8, 16, 32],
    [8, 16, 32, 64],
    [4, 8, 16, 32],
  ];
  const strides = grids.find((each) => each.reduce((sum, stride) => sum + cellsOf(picture, stride), 0) === rows);
  if (strides === undefined) {
    const cells = [8, 16, 32].reduce((sum, stride) => sum + cellsOf(picture, stride), 0);
    return { unfit: `expected ${cells} cells (strides 8, 16, 32 of ${picture.width}×${picture.height}), got ${rows}` };
  }
  return { strides, classes: row - 5 };
}

function gfl(outputs: readonly DescribedValue[], picture: PictureInput): Fit {
  const levels = outputs.length / 2;
  const shapes = outputs.map(({ dims }) => dims?.slice(-2).map(Number) ?? []);
  const [classes = 0] = shapes.map(([, last = 0]) => last);
  const strides = shapes
    .slice(0, levels)
    .map(([cells]) => usualStrides.find((stride) => cellsOf(picture, stride) === cells));
  const fits =
    Number.isInteger(levels) &&
    levels > 0 &&
    classes > 0 &&
    shapes.every(
      ([cells, last], index) => cells === shapes[index % levels]?.[0] && last === (index < levels ? classes : sides),
    );
  if (!fits || strides.includes(undefined)) {
    return {
      unfit: `expected for each stride scores [1, cells, classes], then for each sides [1, cells, ${sides}], got ${shapesOf(outputs)}`,
    };
  }
  return { strides: strides.filter((stride) => stride !== undefined), classes };
}

function detr(outputs: readonly DescribedValue[]): Fit {
  const boxes = outputs.find(
    ({ name, dims }) => dims?.length === 3 && dims[2] === 4 && !/logit|score|class/i.test(name),
  );
  const logits = outputs.find((each) => each !== boxes && each.dims?.length === 3 && each.dims[1] === boxes?.dims?.[1]);
  const classes = Number(logits?.dims?.[2]);
  if (boxes === undefined || !Number.isInteger(classes) || outputs.length !== 2) {
    return { unfit: `expected logits [1, queries, classes] and boxes [1, queries, 4], got ${shapesOf(outputs)}` };
  }
  return { strides: [], classes };
}

function detrPost(outputs: readonly DescribedValue[]): Fit {
  const named = (pattern: RegExp) => outputs.find(({ name }) => pattern.test(name));
  const fits = outputs.length === 3 && named(/label/i) && named(/score/i) && named(/box/i)?.dims?.at(-1) === 4;
  if (fits !== true)
    return { unfit: `expected labels [1, n], boxes [1, n, 4], scores [1, n], got ${shapesOf(outputs)}` };
  return { strides: [], classes: 0 };
}

/** Six numbers a box is also what YOLOX gives of one class, which is tried before. */
function ready(outputs: readonly DescribedValue[]): Fit {
  const [output, ...more] = outputs;
  const dims = output?.dims ?? [];
  const isAlone = more.length === 0 && (dims.length === 2 || (dims.length === 3 && Number(dims[0]) === 1));
  if (!isAlone || dims.at(-1) !== 6) return { unfit: `expected one output [n, 6], got ${shapesOf(outputs)}` };
  return { strides: [], classes: 0 };
}
