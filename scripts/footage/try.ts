import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import { cameraSchema } from '../../src/edge/camera-config.ts';
import type { SubjectLimits } from '../../src/edge/scene/common-config.ts';
import { sceneModules } from '../../src/edge/scene/registry.ts';
import { AppError } from '../../src/lib/errors.ts';
import { clipUnits } from '../../tests/support/clip-units.ts';
import { FootageStage } from '../../tests/support/footage-camera.ts';
import { type FootageCommand, options, wholeOption } from './command.ts';
import { demoZones, sceneConfig } from './demo-config.ts';
import { demoPlace } from './demo-places.ts';
import { demoScoreThreshold } from './demo-settings.ts';
import { type FoundClass, foundOfClass, type JudgedPicture } from './found-boxes.ts';
import { clipFiles, clipFolder, shotsOf } from './shots.ts';
import { triedModel } from './tried-model.ts';
import type { TakeTruth } from './truth.ts';
import { readTakeTruth } from './truth-file.ts';

/** What came of a clip with a model. */
interface Trial {
  readonly truth: TakeTruth;
  /** `raised@24`, by the second since the camera was joined. */
  readonly story: readonly string[];
  readonly isRight: boolean;
  readonly classes: readonly FoundClass[];
}

/** Plays clips through a model, the tracker and their scene, as fast as that goes: no broker, no desk, no farm. */
export const tryCommand: FootageCommand = {
  summary:
    'plays clips (those that are there) through a model and their scene and tells whether it fired, when, and what of ' +
    'its classes the model found and took for something else',
  usage: `try [--model maplebridge-25-384|FILE.onnx] [--scene X]… [--take fires|near] [--rounds 2] [--footage ${clipFolder}]`,
  async run(args, print) {
    const values = options(args, {
      model: { type: 'string', default: 'maplebridge-25-384' },
      scene: { type: 'string', multiple: true },
      take: { type: 'string' },
      rounds: { type: 'string', default: '2' },
      footage: { type: 'string', default: clipFolder },
    });
    const rounds = wholeOption('rounds', values.rounds, 1);
    const files = shotsOf(values.scene, values.take, 0).map((shot) => clipFiles(values.footage, shot));
    const present = files.filter(({ clip, truth }) => existsSync(clip) && existsSync(truth));
    if (present.length === 0) throw new AppError('MB_MISSING_PART', `${values.footage}: none of these clips is there`);
    const { id, store } = await triedModel(values.model);
    const folder = mkdtempSync(join(tmpdir(), 'maplebridge-try-'));
    const stage = new FootageStage({ folder, sharedDir: '', models: [id], store, scoreThreshold: demoScoreThreshold });
    const right = { fires: 0, near: 0 };
    const tried = { fires: 0, near: 0 };
    try {
      await stage.start();
      print(head);
      for (const { clip, truth: file } of present) {
        const truth = readTakeTruth(file);
        const units = await clipUnits(clip, { camera: demoPlace(truth.scene, truth.take).id, fps: truth.fps });
        const trial = await playClip(stage, truth, { units, rounds });
        tried[truth.take] += 1;
        if (trial.isRight) right[truth.take] += 1;
        for (const line of linesOf(trial)) print(line);
      }
    } finally {
      await stage.stop();
      rmSync(folder, { recursive: true, force: true });
    }
    print(`\nfired ${right.fires} of ${tried.fires}, quiet near misses ${right.near} of ${tried.near}`);
  },
};

async function playClip(
  stage: FootageStage,
  truth: TakeTruth,
  { units, rounds }: { readonly units: readonly AccessUnit[]; readonly rounds: number },
): Promise<Trial> {
  const { scene, take, fps } = truth;
  const module = sceneModules.find(({ id }) => id === scene);
  if (module === undefined) throw new AppError('MB_MISSING_PART', `${scene}: no such scene`);
  const { lat, lon, ...place } = demoPlace(scene, take);
  const camera = cameraSchema.parse({
    ...{ ...place, division: '330503001', lat, lon, stream: { file: `${scene}.${take}` } },
    zones: demoZones(truth),
    scenes: { [scene]: sceneConfig(truth) },
  });
  const { alerts, availability } = await stage.watch(roundsOf(units, { rounds, fps }), camera);
  if (availability.get(scene) !== 'available')
    throw new AppError('MB_MISSING_PART', `${scene}: the model lacks a class`);
  const told = alerts.filter((alert) => alert.scene === scene && alert.phase !== 'updated');
  const pictures: JudgedPicture[] = [];
  for (const [index, unit] of units.entries()) {
    if (unit.keyframe)
      pictures.push({ truth: truth.pictures[index] ?? [], detections: await stage.detectionsIn(unit) });
  }
  const { enterScore, stayScore } = module.schema.parse(sceneConfig(truth)) as Pick<
    SubjectLimits,
    'enterScore' | 'stayScore'
  >;
  return {
    truth,
    story: told.map(({ phase, second }) => `${phase}@${second.toFixed(0)}`),
    isRight: told.some(({ phase }) => phase === 'raised') === (take === 'fires'),
    classes: [...module.classes, ...(module.also ?? [])]
      .map((name) => foundOfClass(name, pictures, truth, { leastScore: stayScore, sureScore: enterScore }))
      .filter(({ boxes, surelyWrong }) => boxes + surelyWrong > 0),
  };
}

/** The clip again and again, as a camera of the demo sends it. */
function roundsOf(units: readonly AccessUnit[], { rounds, fps }: { rounds: number; fps: number }): AccessUnit[] {
  const lengthMs = (units.length * 1000) / fps;
  return Array.from({ length: rounds }, (_, round) =>
    units.map((unit) => {
      const ptsMs = unit.ptsMs + round * lengthMs;
      return { ...unit, ptsMs, rtpTimestamp: ptsMs * 90 };
    }),
  ).flat();
}

const head = `${'scene'.padEnd(20)} take   fired  story; then of each class that shows: boxes in keyframes found from stayScore up, objects from enterScore up`;

function linesOf({ truth, story, isRight, classes }: Trial): string[] {
  const { scene, take, intervals, pictures, fps } = truth;
  const goesOn = intervals.map(({ fromS, toS }) => `${fromS.toFixed(0)}–${toS.toFixed(0)}`).join(', ');
  const length = (pictures.length / fps).toFixed(0);
  const fired = story.some((each) => each.startsWith('raised')) ? 'yes' : 'no';
  const verdict = isRight ? '' : ' ← WRONG';
  return [
    `${scene.padEnd(20)} ${take.padEnd(6)} ${fired.padEnd(4)}${verdict}  ${story.join(' ') || '–'}  (goes on ${goesOn || 'never'} of ${length} s)`,
    ...classes.map(
      ({ class: name, boxes, found, wrong, surelyWrong, objects, sure, bestScores, worst }) =>
        `    ${name.padEnd(16)} found ${found}/${boxes}, sure of ${sure}/${objects} objects` +
        ` (best ${bestScores.map((score) => score.toFixed(2)).join(' ') || '–'}), wrong ${wrong}, surely ${surelyWrong}` +
        (worst ? ` (worst ${worst.score.toFixed(2)} on ${worst.is ?? 'nothing'})` : ''),
    ),
  ];
}
