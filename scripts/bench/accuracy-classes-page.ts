import { objectClasses } from '../../src/domain/object-class.ts';
import { type ClassAccuracy, type ClassResult, mean, type SetResult } from './accuracy-classes.ts';
import { areaRanges, type Precision } from './average-precision.ts';
import { round } from './bench.ts';
import { table } from './benchmarks-page.ts';
import { categoryOf, type JudgedSet, labelCount } from './judged-set.ts';

const points = (value: number) => (value * 100).toFixed(1);
const both = ({ ap50, ap }: Precision) => `${points(ap50)} / ${points(ap)}`;
const pair = (results: readonly ClassResult[]) =>
  results.length === 0
    ? '–'
    : both({ ap50: mean(results.map(({ ap50 }) => ap50)), ap: mean(results.map(({ ap }) => ap)) });

/** The tables of average precision by class, for the page of benchmarks and for the model's card. */
export function classPage({ models, sets, missing, results, msPerImage, shipped }: ClassAccuracy): string {
  const tables = sets.flatMap((set) => {
    const of = results.filter((result) => result.set === set);
    return of.length === 0 ? [] : [`**${set.about}**\n\n${setTable(set, of, models, shipped)}`];
  });
  const speed = [...msPerImage].map(([id, ms]) => `${id} ${ms.toFixed(1)} ms`).join(', ');
  return `AP50 / AP50:95 in points, by COCO's rules (101 recalls, at most 100 boxes a picture and class, all areas; what is too
small or too hidden to demand is passed over as a crowd is), through the node's own path: JPEG → decoder → detector. A
class is judged where a set labels it and a model knows it; below the mean of all it knows is the shipped model's mean over
the classes of the column. Small, medium and large are COCO's areas, up to 32 and 96 pixels squared of the picture; each
class counts the same in them.

${tables.join('\n\n')}
${speed === '' ? '' : `\nA picture on one thread of the cpu, each model at its own input size, in turn (median): ${speed}.\n`}${missing
  .map((line) => `\nNot measured: ${line}.\n`)
  .join('')}`;
}

function setTable(
  set: JudgedSet,
  results: readonly SetResult[],
  models: readonly string[],
  shipped: string | undefined,
): string {
  const here = models.filter((id) => results.some(({ model }) => model === id));
  const classesOf = (id: string | undefined) => results.find(({ model }) => model === id)?.classes ?? [];
  const asked = objectClasses.filter((name) =>
    results.some(({ classes }) => classes.some((each) => each.class === name)),
  );
  const rows = asked.map((name) => [
    name,
    labelCount(set, name),
    ...here.map((id) => pair(classesOf(id).filter((each) => each.class === name))),
  ]);
  const all = ['**all it knows**', '', ...here.map((id) => pair(classesOf(id)))];
  const known = (id: string) => classesOf(id).map((each) => each.class);
  const beside = here.map((id) => pair(classesOf(shipped).filter((each) => known(id).includes(each.class))));
  const isAlone = shipped === undefined || here.every((id) => id === shipped);
  const same = isAlone ? [] : [['**the shipped model on these**', '', ...beside]];
  return table([['class', 'labels', ...here], ...rows, all, ...same, ...areaRows(set, results, here)]);
}

/** By size, where there are enough labels of each to say anything. */
function areaRows(set: JudgedSet, results: readonly SetResult[], here: readonly string[]): (string | number)[][] {
  const asked = new Set(results.flatMap(({ classes }) => classes.map(({ class: name }) => categoryOf(name))));
  const labels = set.labels.filter(({ category, crowd }) => !crowd && asked.has(category));
  const counts = Object.entries(areaRanges).map(([name, [from, to]]) => {
    const within = labels.filter(({ box: [x1, y1, x2, y2] }) => {
      const area = (x2 - x1) * (y2 - y1);
      return area >= from && area < to;
    });
    return { name: name as keyof typeof areaRanges, count: within.length };
  });
  if (counts.some(({ count }) => count < 30)) return [];
  return counts.map(({ name, count }) => [
    `*${name} ones of all it knows*`,
    count,
    ...here.map((id) => {
      const found = results.find(({ model }) => model === id);
      return found === undefined ? '–' : both(found.byArea[name]);
    }),
  ]);
}

/** `ap50/<set>/<model>` and so on; those of the model that ships also by class. */
export function classMetrics({ results, shipped, msPerImage }: ClassAccuracy): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const { set, model, classes, byArea } of results) {
    metrics[`ap50/${set.name}/${model}`] = round(mean(classes.map(({ ap50 }) => ap50)));
    metrics[`ap/${set.name}/${model}`] = round(mean(classes.map(({ ap }) => ap)));
    if (model !== shipped) continue;
    for (const [size, { ap50 }] of Object.entries(byArea)) metrics[`ap50/${set.name}/${model}/${size}`] = round(ap50);
    for (const each of classes) metrics[`ap50/${set.name}/${model}/${each.class}`] = round(each.ap50);
  }
  for (const [id, ms] of msPerImage) metrics[`msOneThread/${id}`] = round(ms);
  return metrics;
}
