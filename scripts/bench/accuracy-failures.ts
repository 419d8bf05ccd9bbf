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
  const { results, shipped, msPerImage } = byClass;
  const own = (set: string) => results.find((each) => each.set.name === set && each.model === shipped)?.classes ?? [];
  const standardMs = msPerImage.get('yolox-nano-416') ?? Number.NaN;
  return {
    parameters: {
      ...sample?.parameters,
      sets: byClass.sets.map(({ name }) => name),
      shipped,
      missing: byClass.missing,
    },
    metrics: {
      ...sample?.metrics,
      ap50Rendered: round(mean(own('rendered').map(({ ap50 }) => ap50))),
      apRendered: round(mean(own('rendered').map(({ ap }) => ap))),
      msShipped: round(msPerImage.get(shipped ?? '') ?? Number.NaN),
      shippedSpeedRatioVsYoloxNano: round(standardMs / (msPerImage.get(shipped ?? '') ?? Number.NaN)),
      ...classMetrics(byClass),
    },
    distributions: { ...sample?.distributions },
    page: `### By class\n\n${classes}\n${sample === undefined ? '' : `### All models on photographs of COCO\n\n${sample.page ?? ''}`}`,
    card: `${classes}\n${failures.join('\n\n')}`,
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
