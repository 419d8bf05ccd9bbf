import type { Detection } from '../../src/domain/detection.ts';
import type { Box } from '../../src/domain/geometry.ts';
import type { TrackId, UtcMs } from '../../src/domain/ids.ts';
import type { Picture } from '../../src/domain/picture.ts';
import type { Track } from '../../src/domain/track.ts';
import type { ModelRunner, RegionRequest, RunnerOptions } from '../../src/edge/detect/model-runner.ts';
import { packOptions } from '../../src/edge/detect/packing/pack-options.ts';
import { packPictures } from '../../src/edge/detect/packing/pack-pictures.ts';
import { lookRegions } from '../../src/edge/look-regions.ts';
import { cpuSeconds } from './bench.ts';
import type { ClipCamera, Look } from './packing-footage.ts';

/** One way of showing pictures to the model. */
export interface Way {
  readonly name: string;
  readonly what: string;
  readonly fixedInput: boolean;
  /** Shown are changed regions and where something was in the look before; else whole pictures. */
  readonly regions: boolean;
  /** Most cameras in one call. */
  readonly together: number;
  readonly packing?: RunnerOptions['packing'];
  /** Pictures are scaled to fit into this instead of the model's input. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Pixels that are missing at the left and the top. */
  readonly moved?: number;
}

/** What one pass over all cameras gave. */
export interface Pass {
  /** By camera, by look. */
  readonly found: readonly (readonly (readonly Detection[])[])[];
  readonly pictures: number;
  readonly inputs: number;
  /** Pixels of all inputs. */
  readonly area: number;
  readonly cpu: number;
  /** Objects that ended where their region does. */
  readonly cut: number;
}

/** Looks at all cameras in turn, as many together as the way allows; stops after each look of all, so that others may go. */
export async function* lookAtAll(
  way: Way,
  cameras: readonly ClipCamera[],
  runner: ModelRunner,
  input: PackInput,
): AsyncGenerator<undefined, Pass> {
  const found = cameras.map((): (readonly Detection[])[] => []);
  const cuts = cameras.map((): readonly Box[] => []);
  const sum = { pictures: 0, inputs: 0, area: 0, cpu: 0, cut: 0 };
  const longest = Math.max(...cameras.map(({ looks }) => looks.length));
  for (let step = 0; step < longest; step += 1) {
    const present = cameras.flatMap(({ looks }, camera) => {
      const look = looks[step];
      return look === undefined ? [] : [{ camera, look }];
    });
    for (let at = 0; at < present.length; at += way.together) {
      const group = present.slice(at, at + way.together);
      const requests = group.map(({ camera, look }) =>
        request(way, look, found[camera]?.[step - 1] ?? [], cuts[camera] ?? []),
      );
      count(requests, way, input, sum);
      const used = process.cpuUsage();
      const results = await runner.run(requests);
      sum.cpu += cpuSeconds(used);
      for (const [index, { camera, look }] of group.entries()) {
        const result = results[index];
        if (result === undefined) throw new Error('a request without a result');
        found[camera]?.push(result.detections.map((each) => movedBack(each, look.picture, way.moved ?? 0)));
        cuts[camera] = result.cut;
        sum.cut += result.cut.length;
      }
    }
    yield undefined;
  }
  return { found, ...sum };
}

/** The model's input as the packer sees it. */
export interface PackInput {
  readonly width: number;
  readonly height: number;
  readonly fit: 'letterbox' | 'stretch';
  readonly step: number;
}

function count(
  requests: readonly RegionRequest[],
  way: Way,
  input: PackInput,
  sum: { pictures: number; inputs: number; area: number },
): void {
  const { step, ...fixed } = input;
  const asked = requests.map(({ picture: { width, height }, regions }) => ({
    width,
    height,
    ...(regions && { regions }),
  }));
  const layouts = packPictures(asked, way.fixedInput ? fixed : input, { ...packOptions(input), ...way.packing });
  sum.pictures += requests.length;
  sum.inputs += layouts.length;
  for (const { width, height } of layouts) sum.area += width * height;
}

function request(way: Way, look: Look, before: readonly Detection[], cut: readonly Box[]): RegionRequest {
  const picture = way.moved === undefined ? look.picture : cropped(look.picture, way.moved);
  // Who asks for all of a picture gets the padded input; as a region it does without.
  if (!way.regions) return way.fixedInput ? { picture } : { picture, regions: [[0, 0, 1, 1]] };
  const tracks = before.map(asTrack);
  const { regions } = lookRegions({ activity: look.activity, whole: false, tracks, cut, area: undefined });
  return { picture, ...(regions && { regions }) };
}

/** A detection of the look before, as what follows it. */
function asTrack({ box, class: name, score }: Detection, index: number): Track {
  const at = 0 as UtcMs;
  return {
    ...{ id: `track-${index}` as TrackId, state: 'confirmed', class: name, box },
    ...{ score, bestScore: score, firstSeenAt: at, lastSeenAt: at, hits: 1, velocity: [0, 0] },
  };
}

function cropped(picture: Picture, by: number): Picture {
  const [width, height] = [picture.width - by, picture.height - by];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const from = ((y + by) * picture.width + by) * 3;
    data.set(picture.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { ...picture, width, height, data };
}

function movedBack(detection: Detection, { width, height }: Picture, by: number): Detection {
  if (by === 0) return detection;
  const [x1, y1, x2, y2] = detection.box;
  const across = (x: number) => (x * (width - by) + by) / width;
  const down = (y: number) => (y * (height - by) + by) / height;
  return { ...detection, box: [across(x1), down(y1), across(x2), down(y2)] };
}
