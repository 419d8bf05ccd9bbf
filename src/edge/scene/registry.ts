import type { z } from 'zod';
import { checkLooks, type SceneConfig } from './common-config.ts';
import { crowdGathering } from './modules/crowd-gathering.ts';
import { ebikeIndoor } from './modules/ebike-indoor.ts';
import { exposedGarbage } from './modules/exposed-garbage.ts';
import { fireLaneBlocked } from './modules/fire-lane-blocked.ts';
import { fireSmoke } from './modules/fire-smoke.ts';
import { illegalParking } from './modules/illegal-parking.ts';
import { materialDumping } from './modules/material-dumping.ts';
import { muckTruck } from './modules/muck-truck.ts';
import { nonmotorMisparking } from './modules/nonmotor-misparking.ts';
import { personDown } from './modules/person-down.ts';
import { streetVending } from './modules/street-vending.ts';
import { waterlogging } from './modules/waterlogging.ts';
import { watersideAbnormal } from './modules/waterside-abnormal.ts';
import { zoneIntrusion } from './modules/zone-intrusion.ts';
import type { SceneModule } from './scene-module.ts';

/** Every scene this node knows. A new scene is one module and one line here. */
export const sceneModules: readonly SceneModule[] = [
  erase(illegalParking),
  erase(fireLaneBlocked),
  erase(watersideAbnormal),
  erase(streetVending),
  erase(exposedGarbage),
  erase(materialDumping),
  erase(nonmotorMisparking),
  erase(crowdGathering),
  erase(waterlogging),
  erase(fireSmoke),
  erase(ebikeIndoor),
  erase(personDown),
  erase(muckTruck),
  erase(zoneIntrusion),
];

/**
 * Forgets a module's own configuration type: the registry's users go by its schema, which checks here what holds for
 * every scene. The rule is only ever made from what that very schema parsed.
 */
function erase<S extends z.ZodType>(module: SceneModule<S>): SceneModule {
  const { schema, classesOf } = module;
  return {
    ...module,
    schema: schema.superRefine((config, context) => checkLooks(config as SceneConfig, context)),
    ...(classesOf !== undefined && { classesOf: (config) => classesOf(schema.parse(config)) }),
    createRule: (config, around) => module.createRule(schema.parse(config), around),
  };
}
