import { parse } from 'csv-parse/sync';
import { messageOf } from '../lib/errors.ts';

/** One row of a table, with the line it begins on. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Separators people and Excel use; the one that stands most often in the first line it is. */
const separators = [',', ';', '\t'] as const;

/**
 * Reads CSV (RFC 4180, and as Excel writes it): quoted cells with line ends in them, empty lines left out, cells
 * trimmed. `\n` line ends only. The only file that knows the `csv-parse` package.
 */
export function readCsv(text: string): { ok: true; rows: CsvRow[] } | { ok: false; line: number; detail: string } {
  const [head = ''] = text.split('\n', 1);
  const count = (separator: string) => head.split(separator).length;
  const delimiter = [...separators].sort((a, b) => count(b) - count(a))[0] ?? ',';
  try {
    const records = parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { info: { lines: number }; record: string[] }[];
    return {
      ok: true,
      rows: records.map(({ info, record }) => ({ line: firstLine(info.lines, record), cells: record })),
    };
  } catch (error) {
    const line = (error as { lines?: unknown }).lines;
    const open = (error as { code?: unknown }).code === 'CSV_QUOTE_NOT_CLOSED';
    const detail = open ? 'a quoted cell is opened and never closed' : messageOf(error);
    return { ok: false, line: typeof line === 'number' ? line : 1, detail };
  }
}

/** A record is told by its last line; the line ends inside its cells lie between. */
function firstLine(lastLine: number, cells: readonly string[]): number {
  return lastLine - cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
}
