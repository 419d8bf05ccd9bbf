import { availableParallelism } from 'node:os';
import { parseChange, sceneModule } from '../edge/changed-scene.ts';
import { reviewed } from '../edge/incident-comparison.ts';
import { loadEdgeConfig } from '../edge/load-config.ts';
import { observationsPath } from '../edge/observations-path.ts';
import { type CameraSpan, ObservationReader } from '../edge/observe/observation-reader.ts';
import { whatIfOfAll } from '../edge/what-if-crew.ts';
import { AppError } from '../lib/errors.ts';
import { closestTo } from '../lib/nearest.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command } from './command.ts';
import { parseSiteTime } from './site-time.ts';
import { whatIfText } from './what-if-text.ts';

/** `maplebridge what-if`: what another configuration of a scene would have made of what its cameras saw. */
export const whatIfCommand: Command = {
  name: 'what-if',
  summary: 'judges recorded observations with a scene configured otherwise: alerts added, removed, kept',
  usage: `what-if --config <edge.yaml> --camera <id|all> --scene <scene> --set <field=value> [--set …]
         [--from <time>] [--to <time>] [--json]   (times: "2026-11-22 15:04" of the site, or with Z)`,
  async run({ args, print }) {
    const { values } = parseCommandArguments(whatIfCommand, args, {
      config: { type: 'string' },
      camera: { type: 'string' },
      scene: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      from: { type: 'string' },
      to: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const config = loadEdgeConfig(required(values.config, '--config', whatIfCommand));
    const { id: scene } = sceneModule(required(values.scene, '--scene', whatIfCommand));
    const change = parseChange(values.set);
    const { timeZone } = config.calendar;
    const from = values.from === undefined ? 0 : parseSiteTime('from', values.from, timeZone);
    const to = values.to === undefined ? Number.MAX_SAFE_INTEGER : parseSiteTime('to', values.to, timeZone);
    const path = observationsPath(config);
    const reader = new ObservationReader(path);
    const cameras = chosenCameras(reader.cameras(), required(values.camera, '--camera', whatIfCommand));
    const verdicts = reader.verdicts();
    reader.close();
    const watched = cameras.filter(({ camera }) => values.camera !== 'all' || watches(config.cameras, camera, scene));
    const questions = watched.map(({ camera }) => ({ camera, scene, change, from, to }));
    const answers = await whatIfOfAll({ path, questions }, availableParallelism());
    const results = answers.map((answer) => ({ answer, reviewed: reviewed(answer, verdicts) }));
    const reproduced = answers.every(({ missing, surplus }) => missing.length + surplus.length === 0);
    if (values.json) print(JSON.stringify({ scene, change, reproduced, cameras: results.map(jsonOf) }, null, 2));
    else for (const line of whatIfText({ scene, change, results, verdicts, timeZone })) print(line);
    return 0;
  },
};

/** Which cameras of the log are meant. @throws AppError MB_USAGE */
export function chosenCameras(known: readonly CameraSpan[], wanted: string): readonly CameraSpan[] {
  if (wanted === 'all') return known;
  const camera = known.find((each) => each.camera === wanted);
  if (camera !== undefined) return [camera];
  const ids = known.map((each) => String(each.camera));
  const near = closestTo(wanted, ids);
  const hint = near === undefined ? `; there are ${ids.length} cameras` : `; did you mean "${near}"?`;
  throw new AppError('MB_USAGE', `no observations of camera "${wanted}"${hint}`);
}

/** Cameras that are configured no more are asked as well. */
function watches(
  cameras: readonly { readonly id: string; readonly scenes: object }[],
  camera: string,
  scene: string,
): boolean {
  const configured = cameras.find(({ id }) => id === camera);
  return configured === undefined || scene in configured.scenes;
}

function jsonOf({ answer, reviewed: review }: Parameters<typeof whatIfText>[0]['results'][number]) {
  const { missing, surplus, kept, ...rest } = answer;
  return { ...rest, reproduced: missing.length + surplus.length === 0, missing, surplus, kept, reviewed: review };
}
