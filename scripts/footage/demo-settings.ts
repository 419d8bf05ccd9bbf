import type { SceneId } from '../../src/domain/scene-id.ts';

/** How the demo watches one of the places. */
export interface SceneDemo {
  /** Ids of the place's zones in which the scene is watched for; others of its zones are excluded ones. */
  readonly zonesOf: readonly string[];
  /** How much wider than in the truth these are drawn on every side, picture heights; 0 unless given. */
  readonly widen?: number;
  /** What of the scene's configuration is not its default. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Lowest score (0–1) of the demo's detector. Below it a small model sees something everywhere: at the usual 0.3 such boxes
 * keep incidents open that are over, and carry tracks away from their objects; at 0.45 who lies on the ground is lost at times.
 */
export const demoScoreThreshold = 0.4;

/**
 * Clips of less than a minute stand for minutes in the field: each look counts for more, and what is over is told soon.
 * Every keyframe is looked at and nothing between, so that two cores have room for 28 cameras, a database and a desk.
 */
const brief = {
  looks: { idleMs: 2_000, busyMs: 2_000 },
  clearAfterMs: 5_000,
  updateEveryMs: 20_000,
} as const;

/** The scenes as the demo has them. Thresholds are the defaults, but for three; durations are short, because the clips are. */
export const demoSettings: Readonly<Record<SceneId, SceneDemo>> = {
  // A car at the kerb touches its strip's outer edge to within 3 pixels: a detector's boxes are not that exact.
  illegal_parking: { zonesOf: ['kerb'], widen: 0.03, settings: { ...brief, dwellMs: 12_000 } },
  // Of three minutes for unloading a clip has none to spare: whoever walks past the car would excuse it.
  fire_lane_blocked: {
    zonesOf: ['lane'],
    settings: { ...brief, unloadingMs: 0, vehicleDwellMs: 12_000, pileDwellMs: 12_000 },
  },
  waterside_abnormal: { zonesOf: ['bank', 'water'], settings: { ...brief } },
  // Under its umbrella a stall scores 0.77 at best.
  street_vending: { zonesOf: ['frontage'], settings: { ...brief, enterScore: 0.6, dwellMs: 10_000 } },
  // A closed bin looks a little like a bag (up to 0.62), and would keep the case open when all is taken away.
  exposed_garbage: { zonesOf: ['corner'], settings: { ...brief, stayScore: 0.62, dwellMs: 14_000 } },
  material_dumping: {
    zonesOf: ['verge'],
    // A camera may be joined in the middle of its clip: what lies there then would be taken for what always lay there.
    settings: { ...brief, exclude: ['building-site'], dwellMs: 12_000, learnMs: 0 },
  },
  // Bicycles in a row hide each other in part, and score less for it.
  nonmotor_misparking: { zonesOf: ['pavement', 'rack'], settings: { ...brief, enterScore: 0.6, dwellMs: 12_000 } },
  crowd_gathering: { zonesOf: ['square'], settings: { ...brief, dwellMs: 12_000 } },
  waterlogging: {
    zonesOf: ['road'],
    // Where a van is taken for a truck, what may be a sprinkler's water is waited for no longer than the clip lasts.
    settings: { ...brief, dwellMs: 12_000, sprinklerWaitMs: 15_000 },
  },
  fire_smoke: {
    zonesOf: ['yard'],
    // Clips are played at any hour: the sun in them is not the one at the place and time of the demo.
    settings: { ...brief, lowSunDeg: 0 },
  },
  ebike_indoor: { zonesOf: ['door', 'lobby'], settings: { ...brief } },
  person_down: { zonesOf: ['path'], settings: { ...brief } },
  muck_truck: { zonesOf: ['gate'], settings: { ...brief } },
  zone_intrusion: { zonesOf: ['enclosure'], settings: { ...brief } },
};
