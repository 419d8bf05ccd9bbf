import type { SitePlan } from '../site.ts';
import { illegalParkingSite } from './illegal-parking-site.ts';

/** The places of the block, one for each scene. */
export const sitePlans: readonly SitePlan[] = [illegalParkingSite];
