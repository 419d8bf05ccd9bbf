import type { ObjectClass } from '../../src/domain/object-class.ts';
import type { SubjectLimits } from '../../src/edge/scene/common-config.ts';
import { sceneModules } from '../../src/edge/scene/registry.ts';
import { AppError } from '../../src/lib/errors.ts';
import { faultsOf, type JudgedEvent } from '../../tests/support/take-judge.ts';
import { sceneConfig } from './demo-config.ts';
import type { FoundClass, Mistake } from './found-boxes.ts';
import type { TakeTruth } from './truth.ts';

/** What came of a clip with a model. */
export interface Trial {
  readonly truth: TakeTruth;
  /** What its scene told, by the second since the camera was joined. */
  readonly events: readonly JudgedEvent[];
  /** What is wrong with that, one line each; nothing where all is as it must be. */
  readonly faults: readonly string[];
  readonly classes: readonly FoundClass[];
}

/** What a take's scene goes by as the demo has it, and the scores that count. @throws AppError MB_MISSING_PART. */
export function watchedFor(truth: TakeTruth) {
  const module = sceneModules.find(({ id }) => id === truth.scene);
  if (module === undefined) throw new AppError('MB_MISSING_PART', `${truth.scene}: no such scene`);
  const config = module.schema.parse(sceneConfig(truth));
  const { enterScore, stayScore } = config as Pick<SubjectLimits, 'enterScore' | 'stayScore'>;
  const classes = [...(module.classesOf?.(config) ?? module.classes), ...(module.also ?? [])];
  return { classes: [...new Set(classes)], enterScore, stayScore };
}

/**
 * What is wrong with what came of a take. Of a scene some of whose classes the model does not know, what fires and what
 * stays quiet says little: that is a fault by itself.
 */
export function trialFaults(
  truth: TakeTruth,
  outcome: {
    readonly events: readonly JudgedEvent[];
    readonly untilS: number;
    readonly provided: ReadonlySet<ObjectClass>;
  },
): string[] {
  const lacking = watchedFor(truth).classes.filter((name) => !outcome.provided.has(name));
  const lack = lacking.length === 0 ? [] : [`the model does not know ${lacking.join(', ')}`];
  return [...lack, ...faultsOf(truth, outcome)];
}

/** Headline of the lines of all trials. */
export const trialHead = `${'scene'.padEnd(20)} take   fired  story; then of each class that shows: boxes in keyframes found from stayScore up, objects from enterScore up`;

/** A trial in lines: what the scene told, what is wrong with it, and each class. */
export function trialLines({ truth, events, faults, classes }: Trial): string[] {
  const { scene, take, intervals, pictures, fps } = truth;
  const goesOn = intervals.map(({ fromS, toS }) => `${fromS.toFixed(0)}–${toS.toFixed(0)}`).join(', ');
  const length = (pictures.length / fps).toFixed(0);
  const told = events.filter(({ phase }) => phase !== 'updated');
  const story = told.map(({ phase, second }) => `${phase}@${second.toFixed(0)}`).join(' ');
  const fired = told.some(({ phase }) => phase === 'raised') ? 'yes' : 'no';
  const verdict = faults.length === 0 ? '' : ' ← WRONG';
  return [
    `${scene.padEnd(20)} ${take.padEnd(6)} ${fired.padEnd(4)}${verdict}  ${story || '–'}  (goes on ${goesOn || 'never'} of ${length} s)`,
    ...faults.map((fault) => `    ← ${fault}`),
    ...classes.map(
      ({ class: name, boxes, found, wrong, surelyWrong, objects, sure, bestScores, worst }) =>
        `    ${name.padEnd(16)} found ${found}/${boxes}, sure of ${sure}/${objects} objects` +
        ` (best ${bestScores.map((score) => score.toFixed(2)).join(' ') || '–'}), wrong ${wrong}, surely ${surelyWrong}` +
        (worst ? ` (worst ${inWords(worst)})` : ''),
    ),
  ];
}

function inWords({ score, on }: Mistake): string {
  return `${score.toFixed(2)} ${on === 'duplicate' ? 'a duplicate' : `on ${on}`}`;
}
