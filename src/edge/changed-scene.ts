import type { SceneId } from '../domain/scene-id.ts';
import { checkValue, readYaml } from '../lib/config.ts';
import { AppError } from '../lib/errors.ts';
import { closestTo } from '../lib/nearest.ts';
import type { SceneConfig } from './scene/common-config.ts';
import { sceneModules } from './scene/registry.ts';
import type { SceneModule } from './scene/scene-module.ts';
import type { ObservedCamera } from './scenes-of-camera.ts';

/** Fields of a scene's configuration (`looks.busyMs`: one inside another) and what they are to be. */
export type SceneChange = Readonly<Record<string, unknown>>;

/** Reads `dwellMs=60000`; the value is YAML. @throws AppError MB_USAGE */
export function parseChange(assignments: readonly string[]): SceneChange {
  const change: Record<string, unknown> = {};
  for (const assignment of assignments) {
    const at = assignment.indexOf('=');
    const field = assignment.slice(0, at).trim();
    if (at < 1 || field === '') throw new AppError('MB_USAGE', `--set "${assignment}" is not of the form field=value`);
    change[field] = readYaml(assignment.slice(at + 1), `--set ${field}`).value;
  }
  return change;
}

/** The scene of this id. @throws AppError MB_USAGE, with what was probably meant. */
export function sceneModule(id: string): SceneModule {
  const module = sceneModules.find((each) => each.id === id);
  if (module !== undefined) return module;
  const known = sceneModules.map((each) => each.id);
  const near = closestTo(id, known);
  const hint = near === undefined ? `; known are ${known.join(', ')}` : `; did you mean "${near}"?`;
  throw new AppError('MB_USAGE', `no scene "${id}"${hint}`);
}

/** The camera with one of its scenes configured otherwise. @throws AppError MB_CONFIG_INVALID, as a configuration file. */
export function withChange(camera: ObservedCamera, scene: SceneId, change: SceneChange): ObservedCamera {
  const { schema } = sceneModule(scene);
  const scenes = camera.scenes as Readonly<Record<string, SceneConfig | undefined>>;
  const result = checkValue(overlaid(scenes[scene] ?? {}, change), schema);
  if (!result.ok) {
    const problems = result.problems.map(({ path, message }) => `scenes.${[scene, ...path].join('.')}: ${message}`);
    throw new AppError('MB_CONFIG_INVALID', problems.join('\n'), { details: { problems } });
  }
  const checked = result.value as SceneConfig;
  checkZones(camera, scene, checked);
  return { ...camera, scenes: { ...scenes, [scene]: checked } as ObservedCamera['scenes'] };
}

function overlaid(base: object, change: SceneChange): unknown {
  const result = structuredClone(base) as Record<string, unknown>;
  for (const [field, value] of Object.entries(change)) {
    const path = field.split('.');
    const last = path.pop() ?? field;
    let level = result;
    for (const step of path) {
      const inner = level[step];
      const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
      level[step] = next;
      level = next;
    }
    level[last] = value;
  }
  return result;
}

function checkZones({ id, zones }: ObservedCamera, scene: SceneId, config: SceneConfig): void {
  const known = zones.map((zone) => String(zone.id));
  const unknown = [...config.zones, ...(config.exclude ?? [])].find((zone) => !known.includes(zone));
  if (unknown === undefined) return;
  const has = known.join(', ') || 'none';
  throw new AppError('MB_CONFIG_INVALID', `scenes.${scene}: no zone "${unknown}" on camera ${id}; it has: ${has}`);
}
