/** Part of a picture that is made unrecognisable; pixels, may reach beyond the picture. */
export interface Region {
  readonly what: 'face' | 'plate' | 'rest';
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Side of the squares of one colour it becomes: about half the largest head, or the height of the largest plate, in it. */
  readonly cell: number;
}

/** A picture's size in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}
