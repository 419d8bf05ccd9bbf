import type { CameraColumn } from './camera-columns.ts';
import { cameraColumns, columnOf, isPasswordColumn, nearestColumn } from './camera-columns.ts';
import { type CsvRow, readCsv } from './camera-csv.ts';
import type { CameraEntry } from './camera-entry.ts';
import type { ImportProblem } from './import-problem.ts';

/** Rows of a table as cameras; `fatal` problems are those of the table itself: with them there are no rows. */
export interface CameraTable {
  readonly entries: readonly CameraEntry[];
  readonly problems: readonly ImportProblem[];
  readonly fatal: readonly ImportProblem[];
  readonly rows: number;
}

type Cells = ReadonlyMap<string, string | number | readonly string[]>;

/** Reads a CSV table of cameras; the first line names the columns. */
export function readCameraTable(text: string): CameraTable {
  const csv = readCsv(text);
  if (!csv.ok) return nothing([{ line: csv.line, column: '', value: '', expected: csv.detail }]);
  const [head, ...rows] = csv.rows;
  if (head === undefined)
    return nothing([{ line: 1, column: '', value: '', expected: 'expected a line with column names' }]);
  const fatal = headingProblems(head);
  if (fatal.length > 0) return nothing(fatal);
  const columns = head.cells.map(columnOf);
  const entries: CameraEntry[] = [];
  const problems: ImportProblem[] = [];
  for (const row of rows) {
    const read = readRow(row, columns);
    if (read.problems.length > 0) problems.push(...read.problems);
    else entries.push({ line: row.line, camera: cameraOf(read.cells), fieldOf });
  }
  return { entries, problems, fatal: [], rows: rows.length };
}

function nothing(fatal: readonly ImportProblem[]): CameraTable {
  return { entries: [], problems: [], fatal, rows: 0 };
}

function headingProblems({ line, cells }: CsvRow): ImportProblem[] {
  const problems: ImportProblem[] = [];
  const seen = new Set<string>();
  for (const heading of cells) {
    const column = columnOf(heading);
    const at = { line, column: 'column', value: heading };
    if (isPasswordColumn(heading)) {
      const expected =
        'passwords do not belong into this file: they would lie readable on every machine it is copied to';
      const suggestion =
        'delete the column; name an environment variable in password_env or a file in password_file instead';
      problems.push({ ...at, expected, suggestion });
    } else if (column === undefined) {
      problems.push({ ...at, expected: 'unknown column', suggestion: nearestColumn(heading) });
    } else if (seen.has(column.name)) problems.push({ ...at, expected: `column "${column.name}" is there twice` });
    else seen.add(column.name);
  }
  for (const { name, required } of cameraColumns) {
    if (required && !seen.has(name)) problems.push({ line, column: '', value: '', expected: `no column "${name}"` });
  }
  if (!seen.has('url') && !seen.has('onvif_host'))
    problems.push({ line, column: '', value: '', expected: 'neither a column "url" nor "onvif_host"' });
  return problems;
}

function readRow({ line, cells }: CsvRow, columns: readonly (CameraColumn | undefined)[]) {
  const problems: ImportProblem[] = [];
  const values = new Map<string, string | number | readonly string[]>();
  const surplus = cells.slice(columns.length).find((cell) => cell !== '');
  if (surplus !== undefined) {
    const expected = `expected ${columns.length} cells, found ${cells.length}`;
    problems.push({
      line,
      column: '',
      value: surplus,
      expected,
      suggestion: 'put cells with a comma in them in quotes',
    });
  }
  for (const [index, column] of columns.entries()) {
    const text = cells[index] ?? '';
    if (column === undefined || (text === '' && !column.required)) continue;
    const { name } = column;
    const result = text === '' ? ({ ok: false, expected: 'required, but empty' } as const) : column.read(text);
    if (result.ok) values.set(name, result.value);
    else {
      const { expected, suggestion, shown } = { suggestion: undefined, shown: undefined, ...result };
      problems.push({ line, column: name, value: shown ?? text, expected, ...(suggestion && { suggestion }) });
    }
  }
  if (problems.length === 0) problems.push(...togetherProblems(line, values));
  return { cells: values, problems };
}

/** What cells say only together. */
function togetherProblems(line: number, cells: Cells): ImportProblem[] {
  const problem = (column: string, expected: string) => ({
    line,
    column,
    value: String(cells.get(column) ?? ''),
    expected,
  });
  const problems: ImportProblem[] = [];
  if (cells.has('url') === cells.has('onvif_host'))
    problems.push(problem('url', `expected ${cells.has('url') ? 'only one of' : 'one of'} url and onvif_host`));
  if (cells.has('password_env') && cells.has('password_file'))
    problems.push(problem('password_file', 'expected only one of password_env and password_file'));
  if (!cells.has('username') && (cells.has('password_env') || cells.has('password_file')))
    problems.push(problem('username', 'expected a user name, since there is a password'));
  if (cells.has('main_profile') && !cells.has('onvif_host'))
    problems.push(problem('main_profile', 'expected onvif_host with it'));
  return problems;
}

/** A camera as it stands in a file of cameras. */
function cameraOf(cells: Cells): Record<string, unknown> {
  const plain = (name: string) => cells.get(name);
  const access = {
    ...(cells.has('username') && { username: plain('username') }),
    ...(cells.has('password_env') && { password: { env: plain('password_env') } }),
    ...(cells.has('password_file') && { password: { file: plain('password_file') } }),
    ...(cells.has('transport') && { transport: plain('transport') }),
  };
  const onvif = (profile: unknown) => ({
    host: plain('onvif_host'),
    ...(cells.has('onvif_port') && { port: plain('onvif_port') }),
    ...(profile !== undefined && { profile }),
  });
  const main = cells.has('main_profile') ? { onvif: onvif(plain('main_profile')) } : { url: plain('main_url') };
  const ids = plain('scenes');
  const scenes = Array.isArray(ids) ? ids : [];
  return {
    ...Object.fromEntries(['id', 'name', 'division', 'lat', 'lon'].map((name) => [name, plain(name)])),
    stream: { ...(cells.has('url') ? { url: plain('url') } : { onvif: onvif(plain('onvif_profile')) }), ...access },
    ...((cells.has('main_url') || cells.has('main_profile')) && { mainStream: { ...main, ...access } }),
    ...(scenes.length > 0 && {
      zones: [
        {
          id: 'whole',
          points: [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        },
      ],
    }),
    scenes: Object.fromEntries(scenes.map((scene) => [scene, { zones: ['whole'] }])),
  };
}

/** The column that gave a field of a camera, for what only the whole camera shows to be wrong. */
function fieldOf(path: readonly PropertyKey[]): string {
  const [first, second, third] = path.map(String);
  if (first === 'stream' && second === 'onvif') return `onvif_${third ?? 'host'}`;
  if (first === 'stream' && second === 'password') return 'password_env';
  if (first === 'stream') return second ?? 'url';
  return first === 'mainStream' ? 'main_url' : (first ?? '');
}
