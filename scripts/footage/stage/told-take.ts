import { scatterRoundS, scatterRounds } from '../scatter-rounds.ts';
import type { StageOrder } from '../stage-order.ts';
import type { TruthInterval } from '../truth.ts';
import type { Actor } from './actor.ts';
import { Path } from './path.ts';
import { Random } from './random.ts';
import { scatter } from './scatter.ts';
import type { SitePlan, Story, ToldTake } from './site.ts';

/** Builds the place of an order and has its story told. */
export function tellTake(plan: SitePlan, order: Omit<StageOrder, 'width' | 'height'>): ToldTake {
  const random = new Random(order.seed);
  const [layout, story, weather] = [random.branch(), random.branch(), random.branch()];
  const take = order.take === undefined ? undefined : plan.takes[order.take];
  const ownLight = order.isAnyLight === true ? undefined : take?.light;
  const light = order.light ?? ownLight ?? weather.pick(plan.lights);
  const site = plan.build(layout, light);
  const intervals: TruthInterval[] = [];
  const cast: { actor: Actor; path: Path }[] = [];
  const lengthS = take?.lengthS ?? scatterRounds * scatterRoundS;
  const told: Story = {
    random: story,
    lengthS,
    play: (actor, path) => cast.push({ actor, path }),
    place: (actor, { x, z, y = 0, heading = 0 }) => {
      const here = { x, z, y, heading };
      const path = new Path([
        { atS: 0, ...here },
        { atS: lengthS + 1, ...here },
      ]);
      cast.push({ actor, path });
    },
    during: (fromS, toS) => intervals.push({ scene: plan.scene, fromS, toS }),
  };
  if (take === undefined) scatter(told, site);
  else take.tell(told, site);
  return { about: take?.about ?? '', light, weather, lengthS, site, cast, intervals };
}
