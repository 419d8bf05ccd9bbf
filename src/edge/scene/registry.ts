import type { z } from 'zod';
import { exposedGarbage } from './modules/exposed-garbage.ts';
import { fireSmoke } from './modules/fire-smoke.ts';
import { illegalParking } from './modules/illegal-parking.ts';
import { materialDumping } from './modules/material-dumping.ts';
import { streetVending } from './modules/street-vending.ts';
import { waterlogging } from './modules/waterlogging.ts';
import { zoneIntrusion } from './modules/zone-intrusion.ts';
import type { SceneModule } from './scene-module.ts';

/** Every scene this node knows. A new scene is one module and one line here. */
export const sceneModules: readonly SceneModule[] = [
  erase(illegalParking),
  erase(streetVending),
  erase(exposedGarbage),
  erase(materialDumping),
  erase(waterlogging),
  erase(fireSmoke),
  erase(zoneIntrusion),
];

/**
 * Forgets a module's own configuration type: the registry's users go by its schema.
 * The rule is only ever made from what that very schema parsed.
 */
function erase<S extends z.ZodType>(module: SceneModule<S>): SceneModule {
  return { ...module, createRule: (config, around) => module.createRule(module.schema.parse(config), around) };
}
