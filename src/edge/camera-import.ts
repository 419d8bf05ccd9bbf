import { Document, isScalar, visit } from 'yaml';
import { type ConfigProblem, checkValue, readYaml } from '../lib/config.ts';
import { AppError } from '../lib/errors.ts';
import { cameraSchema } from './camera-config.ts';
import type { CameraEntry } from './camera-entry.ts';
import { readCameraTable } from './camera-table.ts';
import type { ImportProblem } from './import-problem.ts';

/** What came of a file. */
export interface ImportResult {
  /** Sound cameras, as they are to be written. */
  readonly cameras: readonly Readonly<Record<string, unknown>>[];
  /** In the order of the file. */
  readonly problems: readonly ImportProblem[];
  /** Whether the file as such is wrong, so that nothing of it is sound. */
  readonly fatal: boolean;
  /** Cameras in the file, sound or not. */
  readonly rows: number;
}

/** Reads cameras from text; `csv`: a table, `yaml`: entries as in `cameras` of edge.yaml. Never throws. */
export function importCameras(text: string, format: 'csv' | 'yaml', name: string): ImportResult {
  const read = format === 'csv' ? readCameraTable(text) : readCameraYaml(text, name);
  if (read.fatal.length > 0) return { cameras: [], problems: read.fatal, fatal: true, rows: 0 };
  const problems: ImportProblem[] = [...read.problems];
  const cameras: Readonly<Record<string, unknown>>[] = [];
  const firstLine = new Map<unknown, number>();
  for (const entry of read.entries) {
    const found = [...plainPasswords(entry), ...schemaProblems(entry), ...twice(entry, firstLine)];
    problems.push(...found);
    if (found.length === 0) cameras.push(entry.camera);
  }
  return { cameras, problems: problems.sort((a, b) => a.line - b.line), fatal: false, rows: read.rows };
}

/** Cameras as a file for `cameraFiles`. */
export function camerasYaml(cameras: readonly Readonly<Record<string, unknown>>[]): string {
  const document = new Document({ cameras }, { aliasDuplicateObjects: false });
  document.commentBefore = ' Cameras of an edge node; edge.yaml names this file in cameraFiles.';
  // Points and lists of names on one line each.
  visit(document, {
    Seq: (_key, seq) => {
      seq.flow = seq.items.length > 0 && seq.items.every((item) => isScalar(item));
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/**
 * Imported cameras over those a file holds already: what was drawn and tuned there (zones, scenes, keep) stays, unless
 * the import says something of it; cameras it does not name stay as they are.
 */
export function mergeCameras(
  existing: readonly Readonly<Record<string, unknown>>[],
  imported: readonly Readonly<Record<string, unknown>>[],
): Readonly<Record<string, unknown>>[] {
  const byId = new Map(imported.map((camera) => [camera['id'], camera]));
  const kept = existing.map((before) => {
    const after = byId.get(before['id']);
    byId.delete(before['id']);
    if (after === undefined) return before;
    const silent = Object.keys(record(after['scenes'])).length === 0;
    return { ...before, ...after, ...(silent && { zones: before['zones'] ?? [], scenes: before['scenes'] ?? {} }) };
  });
  return [...kept, ...byId.values()];
}

/** Entries of a YAML file: a list, or a map with the list under `cameras`. */
function readCameraYaml(text: string, name: string) {
  const fail = (line: number, expected: string) => ({
    entries: [],
    problems: [],
    fatal: [{ line, column: '', value: '', expected }],
    rows: 0,
  });
  let yaml: ReturnType<typeof readYaml>;
  try {
    yaml = readYaml(text, name);
  } catch (error) {
    const message = error instanceof AppError ? error.message.slice(name.length + 2) : String(error);
    return fail(Number(/at line (\d+)/.exec(message)?.[1] ?? 1), message.split('\n')[0] ?? 'not YAML');
  }
  const { value, lineOf } = yaml;
  const prefix = Array.isArray(value) ? [] : ['cameras'];
  const list: unknown = Array.isArray(value) ? value : record(value)['cameras'];
  if (!Array.isArray(list)) return fail(1, 'expected a list of cameras, or one under "cameras"');
  const entries = list.map(
    (camera: unknown, index): CameraEntry => ({
      line: lineOf([...prefix, index]) ?? 1,
      camera: record(camera),
      fieldOf: (path) => path.map(String).join('.'),
      lineOf: (path) => lineOf([...prefix, index, ...path]),
    }),
  );
  return { entries, problems: [], fatal: [], rows: entries.length };
}

function plainPasswords(entry: CameraEntry): ImportProblem[] {
  return ['stream', 'mainStream'].flatMap((stream): ImportProblem[] => {
    const path = [stream, 'password'];
    if (typeof record(entry.camera[stream])['password'] !== 'string') return [];
    const expected = 'passwords do not belong into this file';
    const suggestion = 'write { env: NAME } or { file: path } instead';
    return [{ line: lineOf(entry, path), column: entry.fieldOf(path), value: '•••', expected, suggestion }];
  });
}

function schemaProblems(entry: CameraEntry): ImportProblem[] {
  const result = checkValue(entry.camera, cameraSchema);
  if (result.ok) return [];
  return result.problems
    .filter(({ path }) => path.at(-1) !== 'password')
    .map(({ path, message }: ConfigProblem) => {
      const [expected = '', suggestion] = message.split('; ', 2);
      const value = shown(path, entry.camera);
      const place = { line: lineOf(entry, path), column: entry.fieldOf(path), value };
      return { ...place, expected, ...(suggestion !== undefined && { suggestion }) };
    });
}

/** Excel keeps 15 digits of a number and writes zeros for the others. */
const roundedByExcel = /^\d{15,}0{5}$/;

function twice(entry: CameraEntry, firstLine: Map<unknown, number>): ImportProblem[] {
  const { id } = entry.camera;
  if (typeof id !== 'string') return [];
  const first = firstLine.get(id);
  if (first === undefined) {
    firstLine.set(id, entry.line);
    return [];
  }
  const rounded = roundedByExcel.test(id);
  const suggestion = 'Excel may have rounded it: format the column as text and fill it in again';
  const expected = `this camera is there already, on line ${first}`;
  return [{ line: lineOf(entry, ['id']), column: 'id', value: id, expected, ...(rounded && { suggestion }) }];
}

function lineOf(entry: CameraEntry, path: readonly PropertyKey[]): number {
  return entry.lineOf?.(path) ?? entry.line;
}

function shown(path: readonly PropertyKey[], camera: Readonly<Record<string, unknown>>): string {
  let value: unknown = camera;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  if (value === undefined || typeof value === 'object') return '';
  return String(value)
    .replace(/\/\/[^@/]*@/, '//•••@')
    .slice(0, 200);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
