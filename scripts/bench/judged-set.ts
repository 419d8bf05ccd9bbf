import { type ObjectClass, objectClasses } from '../../src/domain/object-class.ts';
import type { LabelledBox } from './average-precision.ts';
import type { SamplePicture } from './coco-sample.ts';

/** Labelled pictures in canonical classes. */
export interface JudgedSet {
  /** As metrics name it. */
  readonly name: string;
  /** One line for the page: what it is, and how many pictures. */
  readonly about: string;
  readonly pictures: readonly SamplePicture[];
  /** `category` is the class's place in `objectClasses`. */
  readonly labels: readonly LabelledBox[];
  /** Classes that are labelled wherever they are seen: only for these a box without a label is wrong. */
  readonly classes: readonly ObjectClass[];
  /** Whether its pictures may be given on. */
  readonly redistributable: boolean;
}

/** A class as labels and found boxes name it. */
export function categoryOf(name: ObjectClass): number {
  return objectClasses.indexOf(name);
}

/** Labels of one class that have to be found. */
export function labelCount(set: JudgedSet, name: ObjectClass): number {
  const category = categoryOf(name);
  return set.labels.filter((label) => label.category === category && !label.crowd).length;
}
