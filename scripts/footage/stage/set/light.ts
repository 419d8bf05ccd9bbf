import { AmbientLight, Color, DirectionalLight, type Scene } from 'three';
import type { SceneId } from '../../../../src/domain/scene-id.ts';
import type { LightKind } from '../../truth.ts';
import type { Random } from '../random.ts';
import type { StageLight } from '../stage.ts';

/** Sun, sky, lamps, rain and haze of a kind of light. */
export function lightStage(kind: LightKind, random: Random, _scene: SceneId): (scene: Scene) => StageLight {
  return (scene) => {
    scene.background = new Color(kind === 'night' ? 0x0a0d14 : 0xb8c8d8);
    scene.add(new AmbientLight(0xffffff, 1.2));
    const sun = new DirectionalLight(0xffffff, 2.2);
    sun.position.set(random.between(-20, 20), 30, random.between(-20, 20));
    sun.castShadow = true;
    sun.shadow.mapSize.set(1024, 1024);
    Object.assign(sun.shadow.camera, { left: -30, right: 30, top: 30, bottom: -30, near: 1, far: 120 });
    scene.add(sun);
    return {};
  };
}
