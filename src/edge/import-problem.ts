/** One thing that is wrong with a file of cameras: where, what stands there, what should. */
export interface ImportProblem {
  readonly line: number;
  /** Name of the column, or path of the field; empty for the whole line. */
  readonly column: string;
  /** As it stands there; never a password. */
  readonly value: string;
  readonly expected: string;
  readonly suggestion?: string;
}

/** `cameras.csv:17: lat "120.4": expected a number from -90 to 90; lat and lon look swapped`. */
export function problemText(file: string, { line, column, value, expected, suggestion }: ImportProblem): string {
  const what = [column, value === '' ? '' : JSON.stringify(value)].filter(Boolean).join(' ');
  return `${file}:${line}: ${what}${what === '' ? '' : ': '}${expected}${suggestion === undefined ? '' : `; ${suggestion}`}`;
}
