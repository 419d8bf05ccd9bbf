import {
  DirectionalLight,
  Fog,
  HemisphereLight,
  type Material,
  Mesh,
  type Object3D,
  type PerspectiveCamera,
  type Scene,
  SpotLight,
  Sprite,
  Vector3,
} from 'three';
import type { SceneId } from '../../../../src/domain/scene-id.ts';
import type { LightKind } from '../../truth.ts';
import type { Random } from '../random.ts';
import type { StageLight } from '../stage.ts';
import { type DayPart, dayPart } from './day-parts.ts';
import { lampsNear } from './lamps.ts';
import { switchGlow } from './night-glow.ts';
import { createRain } from './rain.ts';
import { seenGround, shadowFrame } from './seen-ground.ts';
import { skyTexture } from './sky.ts';
import { skySeenBy } from './sky-mirror.ts';

/** Sun, sky, lamps, rain and haze of a kind of light. */
export function lightStage(kind: LightKind, random: Random, scene: SceneId): (scene: Scene) => StageLight {
  const part = dayPart(kind, random, scene);
  const [rainSeed, skySeed] = [random.branch(), random.branch()];
  return (stage) => {
    stage.background = skyTexture(skySeed, part);
    stage.fog = new Fog(part.horizon, ...part.haze);
    stage.add(new HemisphereLight(part.zenith.clone().lerp(part.horizon, 0.7), part.bounce, part.skyLight));
    const sun = part.sun === undefined ? undefined : new DirectionalLight(part.sun.colour, part.sun.intensity);
    const lamps = Array.from({ length: part.lamps }, () => new SpotLight(part.lampColour, part.lampIntensity));
    for (const light of [sun, ...lamps]) if (light !== undefined) stage.add(light, light.target);
    castShadows(sun ?? lamps[0], part.sun?.softness ?? 3);
    const rain = part.rain > 0 ? createRain(rainSeed, part) : undefined;
    if (rain !== undefined) stage.add(rain.mesh);
    const told = new WeakSet<Material>();
    const tellAll = (timeS: number) => {
      for (const material of materialsOf(stage)) {
        tellTime(material, timeS);
        if (!told.has(material)) tellPart(material, part, kind);
        told.add(material);
      }
    };
    let isPlaced = false;
    return {
      update(timeS: number, camera: PerspectiveCamera) {
        tellAll(timeS);
        rain?.update(timeS);
        // The camera stands still: lights are placed for what it sees, once.
        if (!isPlaced) placeLights({ sun, lamps }, { stage, camera, part });
        isPlaced = true;
      },
    };
  };
}

function placeLights(
  { sun, lamps }: { sun: DirectionalLight | undefined; lamps: readonly SpotLight[] },
  { stage, camera, part }: { stage: Scene; camera: PerspectiveCamera; part: DayPart },
): void {
  const ground = seenGround(camera);
  if (sun !== undefined) placeSun(sun, ground, part);
  if (part.isOwnLamp) for (const lamp of lamps) placeOwnLamp(lamp, camera);
  else placeLamps(lamps, lampsNear(stage, ground, part.lamps));
}

function castShadows(light: DirectionalLight | SpotLight | undefined, softness: number): void {
  if (light === undefined) return;
  light.castShadow = true;
  light.shadow.mapSize.set(1024, 1024);
  light.shadow.bias = -0.0006;
  light.shadow.normalBias = 0.04;
  light.shadow.radius = softness;
}

function placeSun(sun: DirectionalLight, ground: readonly Vector3[], { toSun }: DayPart): void {
  const { middle, radiusM, awayM } = shadowFrame(ground, toSun);
  sun.target.position.copy(middle);
  sun.position.copy(middle).addScaledVector(toSun, awayM);
  const sides = { left: -radiusM, right: radiusM, top: radiusM, bottom: -radiusM };
  Object.assign(sun.shadow.camera, sides, { near: 1, far: awayM * 2 });
  sun.shadow.camera.updateProjectionMatrix();
  sun.updateMatrixWorld();
  sun.target.updateMatrixWorld();
}

/** Street lamps shine down in wide cones that fade towards their border. */
function placeLamps(lamps: readonly SpotLight[], spots: readonly Vector3[]): void {
  for (const [index, lamp] of lamps.entries()) {
    const spot = spots[index];
    if (spot === undefined) continue;
    lamp.position.copy(spot);
    lamp.target.position.set(spot.x, 0, spot.z + 0.01);
    Object.assign(lamp, { angle: 1.22, penumbra: 1, decay: 1.1 });
    lamp.updateMatrixWorld();
    lamp.target.updateMatrixWorld();
  }
}

/** The ring of infrared diodes round the lens: it lights the middle of the picture best. */
function placeOwnLamp(lamp: SpotLight, camera: PerspectiveCamera): void {
  const ahead = camera.getWorldDirection(new Vector3());
  lamp.position.copy(camera.position).add(new Vector3(0, 0.15, 0));
  lamp.target.position.copy(camera.position).addScaledVector(ahead, 10);
  Object.assign(lamp, { angle: (camera.fov * Math.PI) / 180, penumbra: 1, decay: 1.55 });
  lamp.updateMatrixWorld();
  lamp.target.updateMatrixWorld();
}

function materialsOf(stage: Object3D): Material[] {
  const materials: Material[] = [];
  stage.traverse((object) => {
    if (object instanceof Mesh || object instanceof Sprite)
      materials.push(...[object.material as Material | Material[]].flat());
  });
  return materials;
}

function tellTime(material: Material, timeS: number): void {
  const sky = skySeenBy(material);
  if (sky !== undefined) sky.timeS.value = timeS;
}

function tellPart(material: Material, part: DayPart, kind: LightKind): void {
  switchGlow(material, kind);
  const sky = skySeenBy(material);
  if (sky === undefined) return;
  sky.wet.value = part.wet;
  // Told before it is first drawn: the shader is built without what only rain needs.
  if (part.wet > 0) material.defines = { ...material.defines, WET: '' };
  sky.zenith.value.copy(part.zenith);
  sky.horizon.value.copy(part.horizon);
  sky.sun.value.copy(part.toSun);
  sky.glint.value.copy(part.sun?.colour ?? part.lampColour).multiplyScalar(part.glint);
}
