import type { AppearanceModelEntry } from '../model-manifest.ts';
import type { Crop } from './crop.ts';

/** What a thread starts with. */
export interface AppearanceSetup {
  readonly path: string;
  readonly entry: AppearanceModelEntry;
}

/** To the thread. */
export interface AppearanceOrder {
  readonly id: number;
  readonly crop: Crop;
}

/** From the thread: it is ready, or what a crop looks like; `undefined`: the model failed on it. */
export type AppearanceAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly vector: Float32Array | undefined };
