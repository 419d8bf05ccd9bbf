import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { camerasYaml, importCameras, mergeCameras } from '../edge/camera-import.ts';
import { type ImportProblem, problemText } from '../edge/import-problem.ts';
import { readYaml } from '../lib/config.ts';
import { decodeText } from '../lib/decode-text.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { CommandContext } from './command.ts';

/** Problems told one by one; the others are counted. */
const toldProblems = 100;

/** `cameras import`: a list of cameras becomes a file for `cameraFiles`. Nothing is written where anything is wrong. */
export async function importCamerasFile({ args, print }: CommandContext, usage: string): Promise<number> {
  const { values, positionals } = parseCommandArguments({ usage }, args, {
    out: { type: 'string' },
    merge: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
    'skip-bad': { type: 'boolean', default: false },
  });
  const file = required(positionals[0], 'the file to import', { usage });
  const out = required(values.out, '--out', { usage });
  const format = formatOf(file, usage);
  const { text, encoding } = decodeText(read(file));
  const { cameras, problems, fatal, rows } = importCameras(text, format, file);
  const bad = new Set(problems.map(({ line }) => line)).size;
  if (problems.length > 0 && (fatal || !values['skip-bad'])) throw refusal(file, problems, bad);
  if (cameras.length === 0) throw new AppError('MB_CONFIG_INVALID', `${file}: holds no camera`);
  const all = values.merge ? mergeCameras(existing(out), cameras) : cameras;
  if (existsSync(out) && !values.merge && !values.force) {
    const choice = '--merge keeps its zones and scenes, --force replaces it';
    throw new AppError('MB_CONFIG_INVALID', `${out} is there already: ${choice}`);
  }
  writeWhole(out, camerasYaml(all));
  print(
    `${file} (${format.toUpperCase()}, ${encoding}): ${cameras.length} of ${rows} cameras → ${out}, now ${all.length}`,
  );
  if (problems.length > 0) {
    const skipped = `${out}.skipped.csv`;
    writeWhole(skipped, skippedCsv(problems));
    print(`${rows - cameras.length} cameras left out; why is in ${skipped}`);
  }
  return 0;
}

function formatOf(file: string, usage: string): 'csv' | 'yaml' {
  const extension = extname(file).toLowerCase();
  if (extension === '.csv' || extension === '.txt' || extension === '.tsv') return 'csv';
  if (extension === '.yaml' || extension === '.yml') return 'yaml';
  throw new AppError('MB_USAGE', `${file}: expected .csv or .yaml\nusage: maplebridge ${usage}`);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new AppError('MB_CONFIG_UNREADABLE', `${file}: ${messageOf(error)}`, { cause: error });
  }
}

function refusal(file: string, problems: readonly ImportProblem[], bad: number): AppError {
  const lines = problems.slice(0, toldProblems).map((problem) => problemText(file, problem));
  const more = problems.length - lines.length;
  const rest = more > 0 ? [`… and ${more} more`] : [];
  const end = `${problems.length} problems on ${bad} lines; nothing was written (--skip-bad writes the others)`;
  return new AppError('MB_CONFIG_INVALID', [`${file} is not correct`, ...lines, ...rest, end].join('\n'));
}

function existing(out: string): readonly Readonly<Record<string, unknown>>[] {
  if (!existsSync(out)) return [];
  const { value } = readYaml(readFileSync(out, 'utf8'), out);
  const cameras = (value as { cameras?: unknown } | null)?.cameras;
  if (!Array.isArray(cameras)) throw new AppError('MB_CONFIG_INVALID', `${out}: holds no list "cameras" to merge with`);
  return cameras as Readonly<Record<string, unknown>>[];
}

/** A reader, or a power cut, meets the old file or the new one. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { flush: true });
  renameSync(`${path}.new`, path);
}

/** With the mark that tells Excel it is UTF-8. */
function skippedCsv(problems: readonly ImportProblem[]): string {
  const head = ['line', 'column', 'value', 'expected', 'suggestion'];
  const rows = problems.map(({ line, column, value, expected, suggestion }) => [
    String(line),
    column,
    value,
    expected,
    suggestion ?? '',
  ]);
  return `\ufeff${[head, ...rows].map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/** Quoted where need be; what a spreadsheet would take for a formula begins with an apostrophe (OWASP: CSV injection). */
function csvCell(text: string): string {
  const safe = /^[=+@\t]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
