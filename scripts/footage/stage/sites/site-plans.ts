import type { SitePlan } from '../site.ts';
import { crowdGatheringSite } from './crowd-gathering-site.ts';
import { fireSmokeSite } from './fire-smoke-site.ts';
import { illegalParkingSite } from './illegal-parking-site.ts';
import { muckTruckSite } from './muck-truck-site.ts';
import { waterloggingSite } from './waterlogging-site.ts';

/** The places of the block, one for each scene. */
export const sitePlans: readonly SitePlan[] = [
  illegalParkingSite,
  crowdGatheringSite,
  waterloggingSite,
  fireSmokeSite,
  muckTruckSite,
];
