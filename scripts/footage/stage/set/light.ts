import {
  Color,
  DirectionalLight,
  Fog,
  HemisphereLight,
  type Material,
  Mesh,
  type Object3D,
  type PerspectiveCamera,
  PointLight,
  type Scene,
  SpotLight,
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
  const rainSeed = random.branch();
  const skySeed = random.branch();
  return (stage) => {
    stage.background = skyTexture(skySeed, part);
    stage.fog = new Fog(part.horizon, part.haze[0], part.haze[1]);
    stage.add(new HemisphereLight(part.zenith, part.bounce, part.skyLight));
    const main = mainLight(part);
    stage.add(main);
    const rest = part.lamps === 0 ? [] : Array.from({ length: part.lamps - 1 }, () => lampLight());
    for (const lamp of rest) stage.add(lamp);
    const rain = part.rain > 0 ? createRain(rainSeed, part) : undefined;
    if (rain !== undefined) stage.add(rain.mesh);
    const dressed = new WeakSet<Material>();
    let isPlaced = false;
    return {
      update(timeS: number, camera: PerspectiveCamera) {
        for (const material of materialsOf(stage))
          tell(material, { kind, part, timeS, isNew: !dressed.has(material) }, dressed);
        if (!isPlaced) place(stage, camera, { main, rest, part });
        isPlaced = true;
        rain?.update(timeS, camera);
      },
    };
  };
}

/** The one light with a shadow: the sun by day, a street lamp at night, the camera's own lamp in infrared. */
function mainLight(part: DayPart): DirectionalLight | SpotLight {
  const light =
    part.sun === undefined
      ? new SpotLight(part.lampColour, 0, 0, 1.1, 0.8, 1.4)
      : new DirectionalLight(part.sun.colour, part.sun.intensity);
  light.castShadow = true;
  light.shadow.mapSize.set(2048, 2048);
  light.shadow.bias = -0.0006;
  light.shadow.normalBias = 0.04;
  light.shadow.radius = part.sun?.softness ?? 3;
  return light;
}

function lampLight(): PointLight {
  return new PointLight(0xffffff, 0, 30, 1.6);
}

function place(
  stage: Scene,
  camera: PerspectiveCamera,
  { main, rest, part }: { main: DirectionalLight | SpotLight; rest: readonly PointLight[]; part: DayPart },
): void {
  const ground = seenGround(camera);
  stage.add(main.target);
  if (main instanceof DirectionalLight) {
    const frame = shadowFrame(ground, part.toSun);
    main.target.position.copy(frame.middle);
    main.position.copy(frame.middle).addScaledVector(part.toSun, frame.awayM);
    Object.assign(main.shadow.camera, {
      left: -frame.radiusM,
      right: frame.radiusM,
      top: frame.radiusM,
      bottom: -frame.radiusM,
      near: 1,
      far: frame.awayM * 2,
    });
  } else if (part.isOwnLamp) {
    main.position.copy(camera.position).add(new Vector3(0, 0.15, 0));
    main.target.position.copy(camera.position).add(camera.getWorldDirection(new Vector3()));
    main.intensity = part.lampIntensity;
    main.angle = ((camera.fov * Math.PI) / 180) * 0.85;
  } else {
    const [first, ...others] = lampsNear(stage, ground, part.lamps);
    if (first !== undefined) {
      main.position.copy(first);
      main.target.position.set(first.x, 0, first.z);
      main.intensity = part.lampIntensity;
      main.color.copy(part.lampColour);
    }
    for (const [index, light] of rest.entries()) {
      const at = others[index];
      if (at === undefined) continue;
      light.position.copy(at);
      light.intensity = part.lampIntensity * 0.8;
      light.color.copy(part.lampColour);
    }
  }
  main.shadow.camera.updateProjectionMatrix();
}

function* materialsOf(stage: Object3D): Iterable<Material> {
  const meshes: Mesh[] = [];
  stage.traverseVisible((object) => {
    if (object instanceof Mesh) meshes.push(object);
  });
  for (const { material } of meshes) {
    if (Array.isArray(material)) yield* material as Material[];
    else yield material as Material;
  }
}

function tell(
  material: Material,
  { kind, part, timeS, isNew }: { kind: LightKind; part: DayPart; timeS: number; isNew: boolean },
  dressed: WeakSet<Material>,
): void {
  const sky = skySeenBy(material);
  if (sky !== undefined) sky.timeS.value = timeS;
  if (!isNew) return;
  dressed.add(material);
  switchGlow(material, kind);
  if (sky === undefined) return;
  sky.wet.value = part.wet;
  sky.zenith.value = new Color(part.zenith);
  sky.horizon.value = new Color(part.horizon);
  sky.sun.value.copy(part.toSun);
  sky.glint.value = new Color(part.sun?.colour ?? part.lampColour).multiplyScalar(part.glint);
}
