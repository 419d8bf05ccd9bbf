import { limitTimelines } from './limit-timelines.ts';
import { peopleTimelines } from './people-timelines.ts';
import { thingsTimelines } from './things-timelines.ts';
import type { ScriptedTimeline } from './timeline.ts';
import { vehicleTimelines } from './vehicle-timelines.ts';

/** For each scene what it must report and what only looks like it. */
export const scriptedTimelines: readonly ScriptedTimeline[] = [
  ...vehicleTimelines,
  ...peopleTimelines,
  ...thingsTimelines,
  ...limitTimelines,
];
