/** The 14 scenes (design: scenes.md). The registry of modules is open; this list is the published vocabulary. */
export const sceneIds = [
  'illegal_parking',
  'fire_lane_blocked',
  'waterside_abnormal',
  'street_vending',
  'exposed_garbage',
  'material_dumping',
  'nonmotor_misparking',
  'crowd_gathering',
  'waterlogging',
  'fire_smoke',
  'ebike_indoor',
  'person_down',
  'muck_truck',
  'zone_intrusion',
] as const;

/** One of the 14 scenes, or a site's own (any lower-case identifier). */
export type SceneId = (typeof sceneIds)[number] | (string & {});

/** 1 is highest. */
export type Severity = 1 | 2 | 3 | 4;
