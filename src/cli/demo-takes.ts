import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CameraId } from '../domain/ids.ts';
import type { SceneId } from '../domain/scene-id.ts';
import type { EdgeConfig } from '../edge/config.ts';
import { AppError } from '../lib/errors.ts';

/** The clips that ship. */
export const demoFootageDir = fileURLToPath(new URL('../../edge-config/demo/footage', import.meta.url));

/** A camera of the demo and what it plays. */
export interface DemoTake {
  readonly camera: { readonly id: CameraId; readonly name: string };
  readonly scene: SceneId;
  /** A near miss: whatever it raises is a false alarm. */
  readonly near: boolean;
  /** Of its stream, with the slash. */
  readonly path: string;
  readonly file: string;
}

/**
 * The takes of a demo's edge configuration: a camera's stream is named for its clip, `<scene>.fires` or `<scene>.near`.
 * @throws AppError MB_CONFIG_INVALID for a camera that plays neither, MB_MISSING_PART naming the clips that are not there.
 */
export function demoTakes(config: Pick<EdgeConfig, 'cameras'>, footageDir: string): readonly DemoTake[] {
  const takes = config.cameras.map(({ id, name, stream }): DemoTake => {
    const path = 'url' in stream ? new URL(stream.url).pathname : '';
    const [, scene, kind] = /^\/(\w+)\.(fires|near)$/.exec(path) ?? [];
    if (scene === undefined) {
      throw new AppError(
        'MB_CONFIG_INVALID',
        `edge-config/demo/edge.yaml: camera ${id}: "${path}" is neither /<scene>.fires nor /<scene>.near`,
      );
    }
    return { camera: { id, name }, scene, near: kind === 'near', path, file: join(footageDir, `${path.slice(1)}.mp4`) };
  });
  const missing = takes.filter(({ file }) => !existsSync(file)).map(({ file }) => file);
  if (missing.length > 0) {
    throw new AppError(
      'MB_MISSING_PART',
      `the demo's clips are not all there; missing: ${missing.join(', ')}. They are part of the repository ` +
        '(git checkout edge-config/demo/footage), and `npm run footage -- clips` draws them again',
    );
  }
  return takes;
}
