import type { SceneId } from '../../src/domain/scene-id.ts';
import { type BenchReport, round } from './bench.ts';
import { table } from './benchmarks-page.ts';

/** One scene with one model on one clip. */
export interface SceneOnClip {
  readonly model: string;
  readonly clip: string;
  readonly scene: SceneId;
  /** Whether the model knows any of the scene's classes. */
  readonly available: boolean;
  /** Alerts that had to come, and those that came. */
  readonly expected: number;
  readonly found: number;
  /** Alerts that should not have come. */
  readonly wrong: number;
  readonly seconds: number;
}

interface Measured {
  readonly results: readonly SceneOnClip[];
  readonly models: readonly string[];
  readonly clips: readonly string[];
  /** Scenes of which there is no real footage. */
  readonly unseen: readonly SceneId[];
}

/** Metrics and page of the bench of real scenes. */
export function realScenesReport({ results, models, clips, unseen }: Measured): BenchReport {
  const scenes = [...new Set(results.map(({ scene }) => scene))];
  const of = (model: string, scene: SceneId) =>
    results.filter((each) => each.model === model && each.scene === scene && each.available);
  const metrics: Record<string, number> = {};
  for (const model of models) {
    for (const scene of scenes) {
      const own = of(model, scene);
      if (own.length === 0) continue;
      const { recall, falsePerHour } = summed(own);
      if (recall !== undefined) metrics[`recall/${scene}/${model}`] = round(recall);
      metrics[`falsePerHour/${scene}/${model}`] = round(falsePerHour);
    }
  }
  const byScene = scenes.map((scene) => [scene, ...models.map((model) => cell(of(model, scene)))]);
  const byClip = results
    .filter(({ model, expected }) => model === models[0] && expected > 0)
    .map(({ clip, scene }) => [
      clip,
      scene,
      ...models.map((model) => {
        const own = of(model, scene).find((each) => each.clip === clip);
        return own === undefined ? 'cannot' : `${own.found} of ${own.expected}`;
      }),
    ]);
  const text = `Real footage through a camera's whole pipeline (decoder, gate, detector, tracker, scene), every look taken when the scenes ask
for it, each model alone. *Recall*: of the alerts that must come, those that came in their time. *False an hour*: alerts where
nothing of the kind happens; minutes of footage, so one alert weighs much. *cannot*: the model knows none of the scene's classes.

${table([['scene', ...models.map((model) => `${model}: recall · false an hour`)], ...byScene])}

What must be found, by clip:

${table([['clip', 'scene', ...models], ...byClip])}

Clips: ${clips.join(', ')}. Of ${unseen.length === 0 ? 'no scene is real footage lacking' : `${unseen.join(', ')} there is no real footage here: on it nothing is known`}.
`;
  return { parameters: { models, clips }, metrics, distributions: { results }, page: text, card: text };
}

function summed(own: readonly SceneOnClip[]) {
  const sum = (value: (each: SceneOnClip) => number) => own.reduce((total, each) => total + value(each), 0);
  const expected = sum((each) => each.expected);
  return {
    recall: expected === 0 ? undefined : sum((each) => each.found) / expected,
    found: sum((each) => each.found),
    expected,
    wrong: sum((each) => each.wrong),
    falsePerHour: sum((each) => each.wrong) / (sum((each) => each.seconds) / 3_600),
  };
}

function cell(own: readonly SceneOnClip[]): string {
  if (own.length === 0) return 'cannot';
  const { recall, found, expected, wrong, falsePerHour } = summed(own);
  const share = recall === undefined ? 'nothing to find' : `${found} of ${expected}`;
  return `${share} · ${wrong === 0 ? '0' : `${falsePerHour.toFixed(0)} (${wrong})`}`;
}
