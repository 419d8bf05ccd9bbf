import { Group, type Object3D } from 'three';

/** Pieces that lean over on their stand, to the left where the angle is negative; the actor's own turns stay free. */
export function leaning(pieces: readonly Object3D[], leanRad: number): Group {
  const whole = new Group().add(...pieces);
  whole.rotation.x = leanRad;
  return new Group().add(whole);
}
