import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessUnit } from '../../src/domain/access-unit.ts';
import { cameraSchema } from '../../src/edge/camera-config.ts';
import { AppError } from '../../src/lib/errors.ts';
import { clipUnits } from '../../tests/support/clip-units.ts';
import { FootageStage } from '../../tests/support/footage-camera.ts';
import { type FootageCommand, options, wholeOption } from './command.ts';
import { demoZones, sceneConfig } from './demo-config.ts';
import { demoPlace } from './demo-places.ts';
import { demoScoreThreshold } from './demo-settings.ts';
import { foundOfClass, type JudgedPicture } from './found-boxes.ts';
import { clipFiles, clipFolder, shotsOf } from './shots.ts';
import { type Trial, trialFaults, trialHead, trialLines, watchedFor } from './trial.ts';
import { triedModel } from './tried-model.ts';
import type { TakeTruth } from './truth.ts';
import { readTakeTruth } from './truth-file.ts';

/** Plays clips through a model, the tracker and their scene, as fast as that goes: no broker, no desk, no farm. */
export const tryCommand: FootageCommand = {
  summary:
    'plays clips (those that are there) through a model and their scene and tells whether it fired and cleared when it ' +
    'must, and what of its classes the model found and took for something else',
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
      print(trialHead);
      for (const { clip, truth: file } of present) {
        const truth = readTakeTruth(file);
        const units = await clipUnits(clip, { camera: demoPlace(truth.scene, truth.take).id, fps: truth.fps });
        const trial = await playClip(stage, truth, { units, rounds });
        tried[truth.take] += 1;
        if (trial.faults.length === 0) right[truth.take] += 1;
        for (const line of trialLines(trial)) print(line);
      }
    } finally {
      await stage.stop();
      rmSync(folder, { recursive: true, force: true });
    }
    print(`\nfired as they must ${right.fires} of ${tried.fires}, quiet near misses ${right.near} of ${tried.near}`);
  },
};

async function playClip(
  stage: FootageStage,
  truth: TakeTruth,
  { units, rounds }: { readonly units: readonly AccessUnit[]; readonly rounds: number },
): Promise<Trial> {
  const { scene, take, fps } = truth;
  const { classes, enterScore, stayScore } = watchedFor(truth);
  const { lat, lon, ...place } = demoPlace(scene, take);
  const camera = cameraSchema.parse({
    ...{ ...place, division: '330503001', lat, lon, stream: { file: `${scene}.${take}` } },
    zones: demoZones(truth),
    scenes: { [scene]: sceneConfig(truth) },
  });
  const { alerts } = await stage.watch(roundsOf(units, { rounds, fps }), camera);
  const events = alerts.filter((alert) => alert.scene === scene);
  const pictures: JudgedPicture[] = [];
  for (const [index, unit] of units.entries()) {
    if (unit.keyframe)
      pictures.push({ truth: truth.pictures[index] ?? [], detections: await stage.detectionsIn(unit) });
  }
  const untilS = (rounds * units.length) / fps;
  return {
    truth,
    events,
    faults: trialFaults(truth, { events, untilS, provided: stage.classes }),
    classes: classes
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
