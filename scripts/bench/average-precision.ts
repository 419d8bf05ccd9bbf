/** A labelled object; pixels, corners. */
export interface LabelledBox {
  readonly image: number;
  readonly category: number;
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  /** Labels a crowd: finding it is neither right nor wrong, and any number of boxes may. */
  readonly crowd: boolean;
}

/** A box that a detector reported. */
export interface ScoredBox {
  readonly image: number;
  readonly category: number;
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly score: number;
}

/** Average precision, 0–1. */
export interface Precision {
  /** At an overlap of 0.5. */
  readonly ap50: number;
  /** Mean over overlaps of 0.5 to 0.95 in steps of 0.05. */
  readonly ap: number;
}

/** Areas that are judged, pixels squared: from (included) and to (excluded). */
export type AreaRange = readonly [from: number, to: number];

/** COCO's areas ("Detection Evaluation", metrics "across scales"). */
export const areaRanges = { small: [0, 32 ** 2], medium: [32 ** 2, 96 ** 2], large: [96 ** 2, Infinity] } as const;

const overlaps = Array.from({ length: 10 }, (_, step) => 0.5 + 0.05 * step);
const recalls = Array.from({ length: 101 }, (_, step) => step / 100);
const maxDetections = 100;

/**
 * Average precision by COCO's rules: at most 100 boxes a picture and category, best score first, each for the free label
 * it overlaps most; labels of crowds are passed over, and so are labels of other areas than `range` and boxes of other
 * areas that no label has; precision is read at 101 recalls from the envelope of the curve; the mean over categories
 * that have labels.
 * Source: Lin et al., "Microsoft COCO", and the notes of its evaluation server ("Detection Evaluation").
 */
export function averagePrecision(
  labels: readonly LabelledBox[],
  found: readonly ScoredBox[],
  range: AreaRange = [0, Infinity],
): Precision {
  const demanded = labels.filter((label) => isDemanded(label, range));
  const categories = [...new Set(demanded.map(({ category }) => category))];
  const labelsOf = Map.groupBy(labels, ({ category }) => category);
  const foundOf = Map.groupBy(found, ({ category }) => category);
  const table = categories.map((category) =>
    overlaps.map((least) => categoryPrecision(labelsOf.get(category) ?? [], foundOf.get(category) ?? [], least, range)),
  );
  return { ap50: mean(table.map(([first = 0]) => first)), ap: mean(table.flat()) };
}

type Verdict = 'right' | 'wrong' | 'ignored';

function isDemanded({ box, crowd }: LabelledBox, range: AreaRange): boolean {
  return !crowd && isWithin(box, range);
}

function isWithin(box: ScoredBox['box'], [from, to]: AreaRange): boolean {
  const area = areaOf(box);
  return area >= from && area < to;
}

function areaOf([x1, y1, x2, y2]: ScoredBox['box']): number {
  return (x2 - x1) * (y2 - y1);
}

function categoryPrecision(
  labels: readonly LabelledBox[],
  found: readonly ScoredBox[],
  least: number,
  range: AreaRange,
): number {
  const labelsOf = Map.groupBy(labels, ({ image }) => image);
  const judged = [...Map.groupBy(found, ({ image }) => image)].flatMap(([image, boxes]) =>
    judge(labelsOf.get(image) ?? [], boxes, least, range),
  );
  const total = labels.filter((label) => isDemanded(label, range)).length;
  const ranked = judged.filter(({ verdict }) => verdict !== 'ignored').sort((a, b) => b.score - a.score);
  const curve: { recall: number; precision: number }[] = [];
  let right = 0;
  for (const [index, { verdict }] of ranked.entries()) {
    if (verdict === 'right') right += 1;
    curve.push({ recall: right / total, precision: right / (index + 1) });
  }
  // The envelope: the best precision at this recall or any higher.
  let best = 0;
  const envelope = curve.map(({ precision }) => precision);
  for (let index = envelope.length - 1; index >= 0; index -= 1) {
    best = Math.max(best, envelope[index] ?? 0);
    envelope[index] = best;
  }
  return mean(recalls.map((recall) => envelope[curve.findIndex((point) => point.recall >= recall)] ?? 0));
}

/** Gives each box of one picture its label. */
function judge(
  labels: readonly LabelledBox[],
  boxes: readonly ScoredBox[],
  least: number,
  range: AreaRange,
): { score: number; verdict: Verdict }[] {
  const taken = new Set<LabelledBox>();
  const ranked = [...boxes].sort((a, b) => b.score - a.score).slice(0, maxDetections);
  return ranked.map(({ box, score }) => {
    const among = (isOne: (label: LabelledBox) => boolean) => {
      let best: LabelledBox | undefined;
      let most = least;
      for (const label of labels) {
        if (!isOne(label) || (!label.crowd && taken.has(label))) continue;
        const share = overlapOf(box, label);
        if (share < most) continue;
        most = share;
        best = label;
      }
      return best;
    };
    // What is demanded goes before what is passed over, and an object before any crowd.
    const own = among((label) => isDemanded(label, range)) ?? among((label) => !label.crowd);
    if (own !== undefined) {
      taken.add(own);
      return { score, verdict: isDemanded(own, range) ? 'right' : 'ignored' };
    }
    const isPassedOver = among(({ crowd }) => crowd) !== undefined || !isWithin(box, range);
    return { score, verdict: isPassedOver ? 'ignored' : 'wrong' };
  });
}

/** Intersection over union; over the box's own area where the label is a crowd's. */
function overlapOf(box: ScoredBox['box'], { box: label, crowd }: LabelledBox): number {
  const width = Math.min(box[2], label[2]) - Math.max(box[0], label[0]);
  const height = Math.min(box[3], label[3]) - Math.max(box[1], label[1]);
  if (width <= 0 || height <= 0) return 0;
  const inside = width * height;
  return inside / (crowd ? areaOf(box) : areaOf(box) + areaOf(label) - inside);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

const resamples = 60;

/** Standard error of the difference of two detectors on the same pictures, by drawing the pictures anew (bootstrap). */
export function standardError(
  labels: readonly LabelledBox[],
  one: readonly ScoredBox[],
  other: readonly ScoredBox[],
  pictures: readonly number[],
): Precision {
  const byPicture = [labels, one, other].map((boxes) =>
    Map.groupBy<number, LabelledBox | ScoredBox>(boxes, ({ image }) => image),
  );
  const random = dice();
  const differences = Array.from({ length: resamples }, () => {
    const drawn = pictures.map(() => pictures[Math.floor(random() * pictures.length)] ?? 0);
    // A picture drawn twice is two pictures.
    const [labelsNow, oneNow, otherNow] = byPicture.map((boxes) =>
      drawn.flatMap((picture, index) => (boxes.get(picture) ?? []).map((box) => ({ ...box, image: index }))),
    );
    const a = averagePrecision(labelsNow as LabelledBox[], oneNow as ScoredBox[]);
    const b = averagePrecision(labelsNow as LabelledBox[], otherNow as ScoredBox[]);
    return { ap50: a.ap50 - b.ap50, ap: a.ap - b.ap };
  });
  const spread = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  return { ap50: spread(differences.map(({ ap50 }) => ap50)), ap: spread(differences.map(({ ap }) => ap)) };
}

/** The same numbers in every run. Source: Park and Miller, "Random Number Generators: Good Ones Are Hard to Find". */
function dice(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
