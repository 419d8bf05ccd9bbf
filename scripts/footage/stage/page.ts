import type { WebGLRenderer } from 'three';
import { sceneIds } from '../../../src/domain/scene-id.ts';
import type { StageOrder, StageReport } from '../stage-order.ts';
import type { LabelOutline } from '../truth-boxes.ts';
import { lightStage } from './set/light.ts';
import { sitePlans } from './sites/site-plans.ts';
import { createRenderer, Stage } from './stage.ts';
import { tellTake } from './told-take.ts';

let renderer: WebGLRenderer | undefined;
let stage: Stage | undefined;

/** Builds the place and its actors anew. @throws RangeError for a scene without a place. */
function load(order: StageOrder): StageReport {
  stage?.dispose();
  renderer ??= createRenderer(order.width, order.height);
  const plan = sitePlans.find(({ scene }) => scene === order.scene);
  if (plan === undefined) throw new RangeError(`no place for scene "${order.scene}"; there are ${sceneIds.join(', ')}`);
  const told = tellTake(plan, order);
  const { light, weather, site } = told;
  const built = new Stage(renderer, site, [order.width, order.height], lightStage(light, weather, plan.scene));
  stage = built;
  // Lamps of vehicles go by it.
  built.scene.userData['light'] = light;
  for (const { actor, path } of told.cast) built.play(actor, path);
  return { about: told.about, light, lengthS: told.lengthS, zones: built.zones, intervals: told.intervals };
}

/** Draws one picture and sends it to `/picture`: colour, then mask; answers the outlines. */
async function draw(timeS: number, shutterS: number): Promise<readonly LabelOutline[]> {
  if (stage === undefined) throw new Error('load a stage first');
  const { colour, mask, outlines } = stage.draw(timeS, shutterS);
  const response = await fetch('/picture', { method: 'POST', body: new Blob([colour as BlobPart, mask as BlobPart]) });
  if (!response.ok) throw new Error(`picture not taken: ${response.status}`);
  return outlines;
}

Object.assign(globalThis, { footage: { load, draw } });
