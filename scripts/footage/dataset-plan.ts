import { sceneIds } from '../../src/domain/scene-id.ts';
import { pictureSize } from './picture-size.ts';
import { scatterMomentS, scatterRounds } from './scatter-rounds.ts';
import { loadSeed } from './seeds.ts';
import { Random } from './stage/random.ts';
import type { StageOrder } from './stage-order.ts';

/** Pictures of one load: building a place costs as much as drawing several. */
export const picturesPerLoad = scatterRounds;

/** One training picture of a load. */
export interface PlannedPicture {
  /** Number in the data set, and what its sensor is drawn from. */
  readonly index: number;
  readonly file: string;
  readonly cameraSeed: number;
  /** JPEG quality: recorders and networks press more or less. */
  readonly quality: number;
  /** When in the take, given its length. */
  momentS(lengthS: number): number;
}

/** What is drawn from one load. */
export interface PlannedLoad {
  readonly order: StageOrder;
  readonly pictures: readonly PlannedPicture[];
}

/** Share of a take before and after which nothing has begun or all is over: seldom looked at. */
const eventful = [0.06, 0.88] as const;

/** Scenes in turn; takes and scattered actors in turn; the same for the same seed and index, whatever the count. */
export function planLoads(firstSeed: number, pictureCount: number): PlannedLoad[] {
  return Array.from({ length: Math.ceil(pictureCount / picturesPerLoad) }, (_, load) => {
    const first = load * picturesPerLoad;
    return planLoad(loadSeed(firstSeed, load), load, first, Math.min(picturesPerLoad, pictureCount - first));
  });
}

/** What a picture of a set is drawn from, by its name; undefined: it is no data set's. */
export function seedOfPicture(firstSeed: number, file: string): number | undefined {
  const number = /^(\d{6,})\.jpg$/.exec(file)?.[1];
  return number === undefined ? undefined : firstSeed + Math.floor(Number(number) / picturesPerLoad);
}

function planLoad(seed: number, load: number, first: number, count: number): PlannedLoad {
  const random = new Random(seed);
  const scene = sceneIds[load % sceneIds.length] ?? sceneIds[0];
  const take = Math.floor(load / sceneIds.length) % 2 === 1 ? random.pick(['fires', 'near'] as const) : undefined;
  const pictures = Array.from({ length: count }, (_, each): PlannedPicture => {
    const index = first + each;
    const share = random.chance(0.1) ? random.between(0, 1) : random.between(...eventful);
    return {
      index,
      file: `${String(index).padStart(6, '0')}.jpg`,
      cameraSeed: random.whole(0, 2 ** 31),
      quality: random.whole(55, 90),
      momentS: (lengthS) => (take === undefined ? scatterMomentS(each) : share * lengthS),
    };
  });
  return { order: { scene, seed, ...pictureSize, ...(take !== undefined && { take, isAnyLight: true }) }, pictures };
}
