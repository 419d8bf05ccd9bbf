import { writeFile } from 'node:fs/promises';
import { sceneModule } from '../edge/changed-scene.ts';
import { type ExplainedLook, explainLook } from '../edge/explain-look.ts';
import { explainPicture, nearestEvidence } from '../edge/explain-picture.ts';
import { loadEdgeConfig } from '../edge/load-config.ts';
import { observationsPath } from '../edge/observations-path.ts';
import { ObservationReader } from '../edge/observe/observation-reader.ts';
import { AppError } from '../lib/errors.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { Command } from './command.ts';
import type { Language } from './duration-text.ts';
import { explainText, trackLabel } from './explain-text.ts';
import { explainWords } from './explain-words.ts';
import { parseSiteTime, siteTime } from './site-time.ts';
import { observedCamera } from './what-if.ts';

/** `maplebridge explain`: why each scene did, or did not, fire on a look. */
export const explainCommand: Command = {
  name: 'explain',
  summary: 'tells why each scene did or did not fire at a moment, as text and as a picture',
  usage: `explain --config <edge.yaml> --camera <id> --at <time> [--scene <scene>] [--lang en|zh] [--picture <file.jpg>]
         (time: "2026-11-22 15:04:05" of the site, or with Z)`,
  async run({ args, print }) {
    const { values } = parseCommandArguments(explainCommand, args, {
      config: { type: 'string' },
      camera: { type: 'string' },
      at: { type: 'string' },
      scene: { type: 'string' },
      lang: { type: 'string', default: 'en' },
      picture: { type: 'string' },
    });
    const config = loadEdgeConfig(required(values.config, '--config', explainCommand));
    const id = required(values.camera, '--camera', explainCommand);
    if (id === 'all')
      throw new AppError('MB_USAGE', '--camera must be one camera: a moment is explained for one at a time');
    const at = parseSiteTime('at', required(values.at, '--at', explainCommand), config.calendar.timeZone);
    const language = languageOf(values.lang);
    const scene = values.scene && sceneModule(values.scene).id;
    const reader = new ObservationReader(observationsPath(config));
    let explained: ExplainedLook | undefined;
    try {
      explained = explainLook(reader, observedCamera(reader.cameras(), id).camera, at);
    } finally {
      reader.close();
    }
    if (explained === undefined) throw new AppError('MB_USAGE', `no observations of camera "${id}" at that time`);
    for (const line of explainText(explained, { asked: at, language, scene })) print(line);
    if (values.picture !== undefined) {
      const { camera } = explained.context;
      const background = await nearestEvidence(config.publish, camera.id, explained.look.at);
      await writeFile(values.picture, await picture(explained, background, language));
      print(`\n${values.picture}`);
    }
    return 0;
  },
};

function picture(explained: ExplainedLook, background: Buffer | undefined, language: Language): Promise<Buffer> {
  const { context, look, notes } = explained;
  const words = explainWords[language];
  const firing = new Set(notes.filter(({ verdict }) => verdict === 'fires').map((note) => note.scene));
  const said = firing.size === 0 ? '' : ` · ${words.verdicts.fires}: ${[...firing].join(', ')}`;
  const caption = `${context.camera.name} · ${siteTime(look.at, context.calendar.timeZone)}${said}`;
  const labels = new Map(look.tracks.map((track) => [String(track.id), trackLabel(track)]));
  return explainPicture(explained, { background, caption, labels });
}

function languageOf(text: string): Language {
  if (text === 'en' || text === 'zh') return text;
  throw new AppError('MB_USAGE', `--lang must be en or zh, not "${text}"`);
}
