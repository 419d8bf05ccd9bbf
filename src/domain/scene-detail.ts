/**
 * What scenes may say they measured, beside their subjects. Nothing else leaves a node: a name that is not here is left
 * out by the node and refused at the border. The unit is in the name; shares are 0–1.
 */
export const sceneDetailNames = [
  'kind',
  'direction',
  'violation',
  'light',
  'count',
  'peakCount',
  'units',
  'blockers',
  'growthShare',
  'occupancy',
  'freeWidthM',
  'freeWidthShare',
  'areaShare',
  'driftShare',
  'widthByHeight',
  'prone',
  'fellMs',
  'flicker',
  'vehicleClass',
  'vehicleStoodMs',
  'uncoveredFrames',
  'ofFrames',
  'fault',
  'fromX',
  'fromY',
] as const;

/** One of them. */
export type SceneDetailName = (typeof sceneDetailNames)[number];
