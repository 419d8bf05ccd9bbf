import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { sceneIds } from '../../src/domain/scene-id.ts';
import { loadManifest } from '../../src/edge/detect/model-manifest.ts';
import { resolveModel } from '../../src/edge/detect/model-store.ts';
import { AppError } from '../../src/lib/errors.ts';
import { FootageStage } from '../../tests/support/footage-camera.ts';
import { goldenCamera, matchedAlerts } from '../../tests/support/footage-golden.ts';
import { sharedDir } from '../../tests/support/shared.ts';
import type { BenchReport } from './bench.ts';
import { type RealClip, realClips, unseenScenes } from './real-scenes-clips.ts';
import { realScenesReport, type SceneOnClip } from './real-scenes-page.ts';

/** Public models that are tried beside what ships. */
const beside = ['yolox-nano-416', 'picodet-s-416', 'nanodet-m-416'];

/**
 * Real footage through a camera's whole pipeline with the model that ships and with each public one: which scenes work,
 * with what recall, and how many false alarms an hour.
 */
export async function realScenesBench(say: (line: string) => void): Promise<BenchReport> {
  const clips = realClips(sharedDir ?? '');
  if (clips.length === 0) {
    throw new Error(
      'no real footage here: it is not part of the repository; set MAPLEBRIDGE_SHARED to a folder with footage/',
    );
  }
  const manifest = loadManifest();
  const mirror = join(sharedDir ?? '', 'models');
  const shipped = manifest.models.filter((entry) => entry.shipped).map(({ id }) => id);
  const results: SceneOnClip[] = [];
  const models: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'maplebridge-real-'));
  try {
    for (const model of [...shipped, ...beside]) {
      if (!(await isHere(model, { manifest, mirror }))) {
        say(`${model}: left out: not here`);
        continue;
      }
      models.push(model);
      const stage = new FootageStage({ folder, sharedDir: sharedDir ?? '', models: [model] });
      await stage.start();
      try {
        for (const clip of clips) {
          const found = await watch(stage, model, clip);
          results.push(...found);
          say(`${model} on ${basename(clip.clip)}: ${found.map(summary).join(', ')}`);
        }
      } finally {
        await stage.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return realScenesReport({
    results,
    models,
    clips: clips.map(({ clip }) => basename(clip)),
    unseen: unseenScenes(clips),
  });
}

async function watch(stage: FootageStage, model: string, clip: RealClip): Promise<SceneOnClip[]> {
  const { alerts, ms, availability } = await stage.watch(clip.file, goldenCamera(clip, clip.file));
  const raised = alerts.filter(({ phase }) => phase === 'raised');
  const pairs = matchedAlerts(clip.expected, raised);
  const right = new Set([...pairs.values()]);
  return sceneIds
    .filter((scene) => scene in clip.scenes)
    .map((scene) => ({
      model,
      clip: basename(clip.clip),
      scene,
      available: availability.get(scene) === 'available',
      expected: clip.expected.filter((each) => each.scene === scene).length,
      found: [...pairs.keys()].filter((each) => each.scene === scene).length,
      wrong: raised.filter((alert) => alert.scene === scene && !right.has(alert)).length,
      seconds: ms / 1000,
    }));
}

async function isHere(id: string, store: Parameters<typeof resolveModel>[1]): Promise<boolean> {
  try {
    await resolveModel(id, store);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'MB_MODEL_MISSING') return false;
    throw error;
  }
}

function summary({ scene, available, found, expected, wrong }: SceneOnClip): string {
  return available ? `${scene} ${found}/${expected}, ${wrong} wrong` : `${scene} unavailable`;
}
