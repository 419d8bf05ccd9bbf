import { readFile } from 'node:fs/promises';
import type { CameraId } from '../domain/ids.ts';
import type { Picture, PictureSpec } from '../domain/picture.ts';
import { DecoderPool } from '../edge/decode/decoder-pool.ts';
import { checkModel } from '../edge/detect/check-model.ts';
import { loadManifest, modelKinds, modelsDir } from '../edge/detect/model-manifest.ts';
import { cacheDirOf } from '../edge/detect/model-store.ts';
import { writeDurable } from '../lib/durable-file.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import { parseCommandArguments, required, wholeNumber } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { type EntryFlags, type ManifestEntry, manifestEntry } from './models-check-entry.ts';
import { checkText } from './models-check-text.ts';

const usage = `models check <file.onnx> [--picture <photo.jpg>] [--kind ${modelKinds.join('|')}] [--runs N] [--threads N]
         [--id ID] [--classes SET] [--licence SPDX] [--attribution TEXT] [--write] [--manifest FILE] [--json]`;
const options = {
  picture: { type: 'string' },
  kind: { type: 'string' },
  runs: { type: 'string', default: '20' },
  threads: { type: 'string', default: '1' },
  id: { type: 'string' },
  classes: { type: 'string' },
  licence: { type: 'string' },
  attribution: { type: 'string' },
  manifest: { type: 'string', default: `${modelsDir}/manifest.json` },
  write: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** `maplebridge models check`: what a file is, whether an adapter reads it, its speed here, its manifest entry. */
export async function modelsCheck(
  context: Pick<CommandContext, 'args' | 'print' | 'log' | 'metrics' | 'signal'>,
): Promise<number> {
  const { values, positionals } = parseCommandArguments({ usage }, context.args, options);
  const path = required(positionals[0], 'the ONNX file', { usage });
  const kind = modelKinds.find((each) => each === values.kind);
  if (values.kind !== undefined && kind === undefined) {
    throw new AppError('MB_USAGE', `--kind must be one of ${modelKinds.join(', ')}, not "${values.kind}"`);
  }
  const photo = values.picture;
  const report = await checkModel({
    path,
    kind,
    runs: wholeNumber('runs', values.runs, 1, 1000),
    threads: wholeNumber('threads', values.threads, 1, 64),
    ...(photo !== undefined && { picture: (spec: PictureSpec) => decodePhoto(photo, spec, context) }),
  });
  const entry = report.entry && manifestEntry(report.entry, report.chosen?.classes ?? 0, values);
  if (values.json) context.print(JSON.stringify({ ...report, entry }, null, 2));
  else for (const line of checkText(path, report, entry)) context.print(line);
  if (entry === undefined) return 1;
  if (values.write) await write(path, entry, values.manifest, values, context.print);
  return 0;
}

/** Adds the entry to the manifest, checked as the node will check it. */
async function write(
  path: string,
  entry: ManifestEntry,
  manifest: string,
  flags: EntryFlags,
  print: (line: string) => void,
): Promise<void> {
  for (const flag of ['licence', 'classes'] as const) {
    if (flags[flag] === undefined) throw new AppError('MB_USAGE', `--write needs --${flag}: the file does not tell it`);
  }
  const text = await readFile(manifest, 'utf8').catch((error: unknown) => {
    throw new AppError('MB_MODEL_MANIFEST', `${manifest}: ${messageOf(error)}`, { cause: error });
  });
  const after = withEntry(text, entry);
  loadManifest(manifest, after);
  await writeDurable(manifest, Buffer.from(after));
  print(`added to ${manifest} as "${entry.id}"`);
  print(`put ${path} into ${cacheDirOf()}, or set MAPLEBRIDGE_MODEL_MIRROR to its folder`);
}

/** The manifest with one model more; what stands in it keeps its lines. */
function withEntry(text: string, entry: ManifestEntry): string {
  const lines = JSON.stringify(entry, null, 2).replace(/^/gm, '    ');
  const end = /\n {4}\}\n {2}\]\n\}\s*$/;
  if (end.test(text)) return text.replace(end, () => `\n    },\n${lines}\n  ]\n}\n`);
  const parsed = JSON.parse(text) as { models: unknown[] };
  return `${JSON.stringify({ ...parsed, models: [...parsed.models, entry] }, null, 2)}\n`;
}

/** The photo as the node's own decoder gives it. */
async function decodePhoto(
  path: string,
  spec: PictureSpec,
  { log, metrics, signal }: Pick<CommandContext, 'log' | 'metrics' | 'signal'>,
): Promise<Picture> {
  const data = await readFile(path).catch((error: unknown) => {
    throw new AppError('MB_USAGE', `--picture ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  const pool = new DecoderPool({ workers: 1, queueCapacity: 1, log, metrics });
  await pool.start(signal);
  try {
    const stamp = { rtpTimestamp: 0, ptsMs: 0, ntpMs: undefined, receivedAt: 0 };
    const result = await pool.decode(
      { cameraId: 'photo' as CameraId, codec: 'mjpeg', keyframe: true, data, ...stamp },
      spec,
    );
    if (result.ok) return result.picture;
    throw new AppError('MB_USAGE', `--picture ${path} is not a JPEG photo: ${result.detail}`);
  } finally {
    await pool.stop();
  }
}
