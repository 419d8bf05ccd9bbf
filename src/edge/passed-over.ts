import type { CameraId } from '../domain/ids.ts';
import type { SceneId } from '../domain/scene-id.ts';

/** A camera as far as this goes: which of its scenes have passed over its looks for long. */
interface WatchedScenes {
  readonly id: CameraId;
  readonly scenes: { readonly passedOver: readonly SceneId[] };
}

/** More cameras than this are not named one by one. */
const mostNamed = 5;

/**
 * What an operator should know of scenes whose looks come while one of several models fails on them or has no room: the
 * cameras count as seen, and nothing is found. One line; none where all is well.
 */
export function passedOverProblem(cameras: Iterable<WatchedScenes>): readonly string[] {
  const affected = [...cameras].filter(({ scenes }) => scenes.passedOver.length > 0);
  if (affected.length === 0) return [];
  const scenes = [...new Set(affected.flatMap(({ scenes }) => scenes.passedOver))].toSorted();
  const named = affected.slice(0, mostNamed).map(({ id }) => id);
  const more = affected.length > mostNamed ? ` and ${affected.length - mostNamed} more` : '';
  const where = `${affected.length === 1 ? 'camera' : 'cameras'} ${named.join(', ')}${more}`;
  return [`${scenes.join(', ')} not watched for on ${where}: a model fails on the looks or has no room for them`];
}
