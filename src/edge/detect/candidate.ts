import type { ObjectClass } from '../../domain/object-class.ts';

/** A box in pixels of the model's input before suppression; corners may lie outside. */
export interface Candidate {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** 0–1. */
  readonly score: number;
  readonly class: ObjectClass;
}

/** One output of a model, row-major. */
export interface OutputTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Reads a model's outputs for one picture; throws when their shapes are not what the manifest promises. */
export type OutputReader = (outputs: readonly OutputTensor[]) => Candidate[];

/** What an output reader is made from. */
export interface ReaderOptions {
  readonly width: number;
  readonly height: number;
  readonly strides: readonly number[];
  /** By output index; undefined: ignored. */
  readonly classes: readonly (ObjectClass | undefined)[];
  readonly scoreThreshold: number;
}

/** Cells of one output grid. */
export function gridOf(options: ReaderOptions, stride: number): { columns: number; rows: number; cells: number } {
  const columns = Math.ceil(options.width / stride);
  const rows = Math.ceil(options.height / stride);
  return { columns, rows, cells: columns * rows };
}
