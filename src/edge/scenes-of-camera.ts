import type { IncidentId } from '../domain/ids.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import { groundOf } from './calibrate-ground.ts';
import type { CameraConfig } from './camera-config.ts';
import { CameraScenes } from './scene/camera-scenes.ts';
import type { SceneConfig } from './scene/common-config.ts';
import { sceneModules } from './scene/registry.ts';
import type { Calendar } from './scene/rule/hours.ts';
import type { SceneModule } from './scene/scene-module.ts';

/** What a camera's scenes go by: its configuration without the way to its pictures, which is nobody else's business. */
export type ObservedCamera = Omit<CameraConfig, 'stream' | 'mainStream' | 'keep' | 'tiles'>;

/** That part of a camera's configuration. */
export function observedCamera({ stream, mainStream, keep, tiles, ...observed }: CameraConfig): ObservedCamera {
  return observed;
}

/** Puts a camera's scenes to work, live and in a replay alike. `modules`: all that are registered, unless given. */
export function scenesOf(
  camera: ObservedCamera,
  around: {
    readonly calendar: Calendar;
    readonly provided: ReadonlySet<ObjectClass>;
    readonly modules?: readonly SceneModule[];
    readonly newId?: () => IncidentId;
  },
): CameraScenes {
  const { calendar, provided, modules = sceneModules, newId } = around;
  return new CameraScenes({
    modules,
    zones: camera.zones,
    config: camera.scenes as Record<string, SceneConfig | undefined>,
    around: { calendar, place: { lat: camera.lat, lon: camera.lon }, ground: groundOf(camera) },
    provided,
    ...(newId !== undefined && { newId }),
  });
}
