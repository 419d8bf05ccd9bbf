import type { Picture } from '../../domain/picture.ts';
import type { PictureNote } from './redact-picture.ts';
import type { RedactionPlan } from './regions-of.ts';

/** How a clip is made. */
export interface ClipMaking {
  readonly maxFps: number;
  readonly maxWidth: number;
  readonly detectEveryMs: number;
}

/** Redactor → thread. */
export type RedactOrder =
  | { readonly kind: 'picture'; readonly id: number; readonly picture: Picture; readonly plan: RedactionPlan }
  | {
      readonly kind: 'clip';
      readonly id: number;
      readonly from: string;
      readonly to: string;
      readonly plan: RedactionPlan;
      readonly making: ClipMaking;
    };

/** Thread → redactor. */
export type RedactAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'picture'; readonly id: number; readonly picture: Picture; readonly note: PictureNote }
  | { readonly kind: 'clip'; readonly id: number; readonly note: PictureNote }
  | { readonly kind: 'failed'; readonly id: number; readonly detail: string };
