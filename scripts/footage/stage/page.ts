import type { WebGLRenderer } from 'three';
import { sceneIds } from '../../../src/domain/scene-id.ts';
import type { StageOrder, StageReport } from '../stage-order.ts';
import type { TruthInterval } from '../truth.ts';
import type { LabelOutline } from '../truth-boxes.ts';
import type { Actor } from './actor.ts';
import { Path } from './path.ts';
import { Random } from './random.ts';
import { scatter } from './scatter.ts';
import { lightStage } from './set/light.ts';
import type { Story } from './site.ts';
import { sitePlans } from './sites/site-plans.ts';
import { createRenderer, Stage } from './stage.ts';

let renderer: WebGLRenderer | undefined;
let stage: Stage | undefined;

/** Builds the place and its actors anew. @throws RangeError for a scene without a place. */
function load(order: StageOrder): StageReport {
  stage?.dispose();
  renderer ??= createRenderer(order.width, order.height);
  const plan = sitePlans.find(({ scene }) => scene === order.scene);
  if (plan === undefined) throw new RangeError(`no place for scene "${order.scene}"; there are ${sceneIds.join(', ')}`);
  const random = new Random(order.seed);
  const [layout, story, weather] = [random.branch(), random.branch(), random.branch()];
  const take = order.take === undefined ? undefined : plan.takes[order.take];
  const light = order.light ?? take?.light ?? weather.pick(plan.lights);
  const site = plan.build(layout, light);
  const built = new Stage(renderer, site, [order.width, order.height], lightStage(light, weather, plan.scene));
  stage = built;
  const intervals: TruthInterval[] = [];
  const lengthS = take?.lengthS ?? 1;
  const told: Story = {
    random: story,
    lengthS,
    play: (actor: Actor, path: Path) => built.play(actor, path),
    place: (actor, { x, z, y, heading }) =>
      built.play(
        actor,
        new Path([
          { atS: 0, x, z, ...(y !== undefined && { y }), heading: heading ?? 0 },
          { atS: lengthS + 1, x, z, ...(y !== undefined && { y }), heading: heading ?? 0 },
        ]),
      ),
    during: (fromS, toS) => intervals.push({ scene: plan.scene, fromS, toS }),
  };
  if (take === undefined) scatter(told, plan, site);
  else take.tell(told, site);
  return { about: take?.about ?? '', light, lengthS, zones: built.zones, intervals };
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
