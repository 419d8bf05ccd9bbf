import type { SitePlan } from '../site.ts';
import { crowdGatheringSite } from './crowd-gathering-site.ts';
import { ebikeIndoorSite } from './ebike-indoor-site.ts';
import { exposedGarbageSite } from './exposed-garbage-site.ts';
import { fireLaneBlockedSite } from './fire-lane-blocked-site.ts';
import { fireSmokeSite } from './fire-smoke-site.ts';
import { illegalParkingSite } from './illegal-parking-site.ts';
import { materialDumpingSite } from './material-dumping-site.ts';
import { muckTruckSite } from './muck-truck-site.ts';
import { nonmotorMisparkingSite } from './nonmotor-misparking-site.ts';
import { personDownSite } from './person-down-site.ts';
import { streetVendingSite } from './street-vending-site.ts';
import { waterloggingSite } from './waterlogging-site.ts';
import { watersideAbnormalSite } from './waterside-abnormal-site.ts';
import { zoneIntrusionSite } from './zone-intrusion-site.ts';

/** The places of the block, one for each scene. */
export const sitePlans: readonly SitePlan[] = [
  illegalParkingSite,
  fireLaneBlockedSite,
  watersideAbnormalSite,
  streetVendingSite,
  exposedGarbageSite,
  materialDumpingSite,
  nonmotorMisparkingSite,
  crowdGatheringSite,
  waterloggingSite,
  fireSmokeSite,
  ebikeIndoorSite,
  personDownSite,
  muckTruckSite,
  zoneIntrusionSite,
];
