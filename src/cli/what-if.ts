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
import { parseSiteTime, siteTime } from './site-time.ts';
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
    if (from > to) throw new AppError('MB_USAGE', `--from "${values.from}" is after --to "${values.to}"`);
    const path = observationsPath(config);
    const wanted = required(values.camera, '--camera', whatIfCommand);
    const reader = new ObservationReader(path);
    let known: readonly CameraSpan[];
    let verdicts: ReturnType<ObservationReader['verdicts']>;
    try {
      known = reader.cameras();
      verdicts = reader.verdicts();
    } finally {
      reader.close();
    }
    const watched =
      wanted === 'all'
        ? known.filter(({ camera }) => watches(config.cameras, camera, scene))
        : [observedCamera(known, wanted)];
    if (watched.length === 0) throw new AppError('MB_USAGE', `no observations of a camera that watches for ${scene}`);
    const questions = watched.map(({ camera }) => ({ camera, scene, change, from, to }));
    const answers = await whatIfOfAll({ path, questions }, availableParallelism());
    if (answers.every(({ looks }) => looks === 0)) throw new AppError('MB_USAGE', nothingThen(watched, timeZone));
    const results = answers.map((answer) => ({ answer, reviewed: reviewed(answer, verdicts) }));
    const reproduced = answers.every(({ missing, surplus }) => missing.length + surplus.length === 0);
    if (values.json) print(JSON.stringify({ scene, change, reproduced, cameras: results.map(jsonOf) }, null, 2));
    else for (const line of whatIfText({ scene, change, results, verdicts, timeZone })) print(line);
    return 0;
  },
};

/** The camera of the log that is meant. @throws AppError MB_USAGE, with what was probably meant. */
export function observedCamera(known: readonly CameraSpan[], wanted: string): CameraSpan {
  const camera = known.find((each) => each.camera === wanted);
  if (camera !== undefined) return camera;
  const ids = known.map((each) => String(each.camera));
  const near = closestTo(wanted, ids);
  const hint = near === undefined ? `; there are ${ids.length} cameras` : `; did you mean "${near}"?`;
  throw new AppError('MB_USAGE', `no observations of camera "${wanted}"${hint}`);
}

function nothingThen(cameras: readonly CameraSpan[], timeZone: string): string {
  const since = cameras.reduce((first, each) => Math.min(first, each.since), Infinity);
  const until = cameras.reduce((last, each) => Math.max(last, each.until), 0);
  return `no observations at that time; there are some from ${siteTime(since, timeZone)} to ${siteTime(until, timeZone)}`;
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
