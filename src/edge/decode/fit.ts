import type { PictureSpec } from '../../domain/picture.ts';

/**
 * Size in pixels of the content a spec asks for, at least 1×1.
 * `letterbox` keeps the aspect and fills the requested size in one direction, enlarging small sources too.
 */
export function fittedSize(
  source: { readonly width: number; readonly height: number },
  spec: PictureSpec,
): { width: number; height: number } {
  switch (spec.fit) {
    case 'original':
      return { width: source.width, height: source.height };
    case 'stretch':
      return { width: spec.width, height: spec.height };
    case 'letterbox': {
      const scale = Math.min(spec.width / source.width, spec.height / source.height);
      return {
        width: Math.max(1, Math.min(spec.width, Math.round(source.width * scale))),
        height: Math.max(1, Math.min(spec.height, Math.round(source.height * scale))),
      };
    }
  }
}
