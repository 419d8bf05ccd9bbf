import { type ClassAccuracy, mean } from './accuracy-classes.ts';
import { classMetrics, classPage } from './accuracy-classes-page.ts';
import { type BenchReport, round } from './bench.ts';
import { drawFailures } from './failure-pictures.ts';

/** Pictures of failures that the card shows. */
const cardFolder = 'models/card';
/** Those with pictures that may not be given on; never committed. */
const privateFolder = '.maplebridge/bench/failures';

/** The whole report of the accuracy bench: by class, and the sample of COCO where it is here. Draws the failures. */
export async function withClasses(byClass: ClassAccuracy, sample: BenchReport | undefined): Promise<BenchReport> {
  const failures = await failureSheets(byClass);
  const classes = classPage(byClass);
  return {
    parameters: {
      ...sample?.parameters,
      sets: byClass.sets.map(({ name }) => name),
      shipped: byClass.shipped,
      missing: byClass.missing,
    },
    metrics: {
      ...sample?.metrics,
      ...shippedMetrics(byClass),
      ...classMetrics(byClass),
    },
    distributions: { ...sample?.distributions },
    page: `### By class\n\n${classes}\n${sample === undefined ? '' : `### All models on photographs of COCO\n\n${sample.page ?? ''}`}`,
    card: `${classes}\n${failures.join('\n\n')}`,
  };
}

/** What is asked of the model that ships, where it was measured. */
function shippedMetrics({ results, shipped, msPerImage }: ClassAccuracy): Record<string, number> {
  const rendered = results.find(({ set, model }) => set.name === 'rendered' && model === shipped)?.classes;
  const [ms, standardMs] = [msPerImage.get(shipped ?? ''), msPerImage.get('yolox-nano-416')];
  return {
    ...(rendered && {
      ap50Rendered: round(mean(rendered.map(({ ap50 }) => ap50))),
      apRendered: round(mean(rendered.map(({ ap }) => ap))),
    }),
    ...(ms !== undefined && { msShipped: round(ms) }),
    ...(ms !== undefined && standardMs !== undefined && { shippedSpeedRatioVsYoloxNano: round(standardMs / ms) }),
  };
}

async function failureSheets({ results, shipped }: ClassAccuracy): Promise<string[]> {
  const parts: string[] = [];
  for (const result of results.filter(({ model }) => model === shipped)) {
    const { name, redistributable } = result.set;
    if (!redistributable) await drawFailures(result, `${privateFolder}/${name}.jpg`, true);
    if (!(await drawFailures(result, `${cardFolder}/${name}.jpg`, redistributable))) continue;
    const why = redistributable
      ? ''
      : ' The pictures themselves may not be given on: here are their boxes alone, and the bench draws them with their pictures into ' +
        `\`${privateFolder}\`.`;
    parts.push(
      `The pictures of *${name}* on which the shipped model did worst at a score of 0.5: yellow what it missed, red what it saw where ` +
        `nothing is.${why}\n\n![Failures on ${name}](card/${name}.jpg)`,
    );
  }
  return parts;
}
