import type { IncidentId } from '../../src/domain/ids.ts';
import type { ObjectClass } from '../../src/domain/object-class.ts';
import { objectClasses } from '../../src/domain/object-class.ts';
import type { SceneEvent } from '../../src/domain/scene-event.ts';
import type { Zone } from '../../src/domain/zone.ts';
import { CameraScenes } from '../../src/edge/scene/camera-scenes.ts';
import type { SceneConfig } from '../../src/edge/scene/common-config.ts';
import { sceneModules } from '../../src/edge/scene/registry.ts';
import { commonReasons, type ReasonTexts, type SceneNote } from '../../src/edge/scene/rule/rule-trace.ts';
import type { CameraSurroundings } from '../../src/edge/scene/scene-module.ts';
import { sceneSurroundings } from './scene-surroundings.ts';
import type { SceneTimeline } from './scene-timeline.ts';

type Played = SceneEvent & { readonly second: number };

/** One scene on one camera, its zones and what of its configuration differs from the defaults. */
export interface ScenePlay {
  readonly scene: string;
  readonly zones: readonly Zone[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly around?: Partial<CameraSurroundings>;
  readonly provided?: readonly ObjectClass[];
}

/** The scenes of a camera on which only this one is watched for. */
export function sceneAlone({ scene, zones, config, around, provided = objectClasses }: ScenePlay): CameraScenes {
  const module = moduleOf(scene);
  let n = 0;
  const parsed = module.schema.parse({ zones: zones.map(({ id }) => id), ...config }) as SceneConfig;
  return new CameraScenes({
    modules: [module],
    zones,
    config: { [scene]: parsed },
    around: sceneSurroundings(around),
    provided: new Set(provided),
    newId: () => `incident-${++n}` as IncidentId,
  });
}

/** Plays a timeline; every finding on the way must have its words and the figures these name. */
export function playScene(play: ScenePlay, timeline: SceneTimeline, untilS: number): Played[] {
  return timeline.play(sceneAlone(play), untilS, { trace: { note: (note) => checkWords(play.scene, note) } });
}

/** The same, told in short: `raised@14`. */
export function storyOf(play: ScenePlay, timeline: SceneTimeline, untilS: number): string[] {
  return playScene(play, timeline, untilS).map(told);
}

/** The same with a restart of the node in the middle, which knows all it knew by what it saved. */
export function storyOverRestart(play: ScenePlay, timeline: SceneTimeline, untilS: number, restartS: number): string[] {
  const before = sceneAlone(play);
  const first = timeline.play(before, restartS);
  const after = sceneAlone(play);
  after.restore(JSON.parse(JSON.stringify(before.save())));
  return [...first, ...timeline.play(after, untilS, { from: restartS + 0.001 })].map(told);
}

/** Codes of what the scene found on one second. */
export function notesAt(play: ScenePlay, timeline: SceneTimeline, second: number): string[] {
  const scenes = sceneAlone(play);
  timeline.play(scenes, second - 0.001);
  const notes: string[] = [];
  timeline.play(scenes, second, {
    from: second,
    trace: { note: ({ verdict, code }) => notes.push(`${verdict} ${code}`) },
  });
  return notes;
}

const told = ({ phase, second }: Played) => `${phase}@${second}`;

function moduleOf(scene: string) {
  const module = sceneModules.find(({ id }) => id === scene);
  if (module === undefined) throw new Error(`no scene ${scene} in the registry`);
  return module;
}

function checkWords(scene: string, { code, values = {} }: SceneNote): void {
  const words = { ...(commonReasons as ReasonTexts), ...moduleOf(scene).reasons }[code];
  if (words === undefined) throw new Error(`${scene}: no words for ${code}`);
  for (const text of [words.en, words.zh]) {
    for (const [, name = ''] of text.matchAll(/\{(\w+)\}/g)) {
      if (values[name] === undefined) throw new Error(`${scene}: ${code} says {${name}}, which was not measured`);
    }
  }
}
