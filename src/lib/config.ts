import { readFileSync } from 'node:fs';
import { closest, distance } from 'fastest-levenshtein';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { AppError, messageOf } from './errors.ts';

interface DurationRange {
  readonly min: number;
  readonly max: number;
  readonly help: string;
}

/** A duration given in milliseconds, with its range; the field's name must end in `Ms`. */
export function durationMs(range: DurationRange & { readonly default: number }): z.ZodDefault<z.ZodNumber>;
export function durationMs(range: DurationRange & { readonly default?: undefined }): z.ZodNumber;
export function durationMs(range: DurationRange & { readonly default?: number | undefined }) {
  const schema = z.number().int().min(range.min).max(range.max).meta({ unit: 'ms', description: range.help });
  return range.default === undefined ? schema : schema.default(range.default);
}

/** A secret by reference, so that no configuration file holds one: `{ env: NAME }` or `{ file: path }`. */
export const secretRef = z
  .union([z.strictObject({ env: z.string() }), z.strictObject({ file: z.string() })])
  .meta({ description: 'Where the secret is: an environment variable or a file.' });

/** Reads a secret; throws MB_CONFIG_INVALID when the variable or file is missing or empty. */
export function readSecret(ref: z.infer<typeof secretRef>, where: string): string {
  const value = 'env' in ref ? process.env[ref.env] : readFileOrUndefined(ref.file)?.trim();
  if (value === undefined || value === '') {
    const source = 'env' in ref ? `environment variable ${ref.env}` : `file ${ref.file}`;
    throw new AppError('MB_CONFIG_INVALID', `${where}: ${source} is missing or empty`);
  }
  return value;
}

function readFileOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Reads and checks a YAML configuration file.
 * @throws AppError MB_CONFIG_UNREADABLE when it cannot be read or is not YAML; MB_CONFIG_INVALID with one line a
 * problem: file, line, path, what is wrong, and what was probably meant.
 */
export function loadConfig<S extends z.ZodType>(path: string, schema: S): z.output<S> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new AppError('MB_CONFIG_UNREADABLE', `${path}: ${messageOf(error)}`, { cause: error });
  }
  return parseConfig(text, schema, path);
}

/** As `loadConfig`, for text already read; `name` stands for the file in messages. */
export function parseConfig<S extends z.ZodType>(text: string, schema: S, name: string): z.output<S> {
  const { value, lineOf } = readYaml(text, name);
  const result = checkValue(value, schema);
  if (result.ok) return result.value;
  const located = result.problems.map(({ path, message }) => {
    const line = lineOf(path);
    return `${name}${line === undefined ? '' : `:${line}`}: ${pathText(path)}: ${message}`;
  });
  throw new AppError('MB_CONFIG_INVALID', located.join('\n'), { details: { problems: located } });
}

/** What is wrong with a value, where in it, and what was probably meant. */
export interface ConfigProblem {
  readonly path: Path;
  readonly message: string;
}

/** Checks a value that was read already, in the words of `loadConfig`. */
export function checkValue<S extends z.ZodType>(
  value: unknown,
  schema: S,
):
  | { readonly ok: true; readonly value: z.output<S> }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] } {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problems: flatten(result.error.issues).flatMap((issue) => describe(issue, value, schema)) };
}

/** YAML as plain data, with the line on which a part of it stands. @throws AppError MB_CONFIG_UNREADABLE. */
export function readYaml(text: string, name: string): { value: unknown; lineOf: (path: Path) => number | undefined } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const value = plainValue(document, name);
  return { value, lineOf: (path) => lineOf(document, lines, path) };
}

function plainValue(document: ReturnType<typeof parseDocument>, name: string): unknown {
  try {
    const [problem] = document.errors;
    if (problem !== undefined) throw problem;
    return document.toJS();
  } catch (error) {
    // Also aliases without an anchor, and those that would unfold beyond measure.
    throw new AppError('MB_CONFIG_UNREADABLE', `${name}: ${messageOf(error)}`, { cause: error });
  }
}

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** Of a failed union, the branch that lacks least and then got furthest says most. */
function flatten(issues: readonly Issue[], prefix: Path = []): Issue[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path } as Issue];
    const depth = (branch: readonly Issue[]) => Math.max(0, ...branch.map((inner) => inner.path.length));
    const lacks = (branch: readonly Issue[]) => branch.filter(({ message }) => message.endsWith('undefined')).length;
    const order = (a: readonly Issue[], b: readonly Issue[]) =>
      lacks(a) - lacks(b) || depth(b) - depth(a) || a.length - b.length;
    const best = [...issue.errors].sort(order)[0] ?? [];
    return flatten(best, path);
  });
}

function describe(issue: Issue, root: unknown, schema: z.ZodType): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: `unknown key${suggestion(key, known)}` }));
  }
  const found = at(root, issue.path);
  const unit = String(issue.path.at(-1) ?? '').endsWith('Ms') ? durationHint(found, issue) : undefined;
  return [
    {
      path: issue.path,
      message: unit ?? (found === undefined && issue.code !== 'custom' ? 'required, but missing' : issue.message),
    },
  ];
}

const unitFactors: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `"300s"` for a field in milliseconds: say what to write. */
function durationHint(found: unknown, issue: Issue): string | undefined {
  if (typeof found === 'string') {
    const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(found);
    const factor = unitFactors[match?.[2]?.toLowerCase() ?? ''];
    if (match?.[1] !== undefined && factor !== undefined) {
      return `wrong unit: this field is a number of milliseconds; for ${found} write ${Number(match[1]) * factor}`;
    }
    return `expected a number of milliseconds, found "${found}"`;
  }
  if (typeof found === 'number' && issue.code === 'too_small' && found > 0 && found < 1000) {
    return `${found} ms is below the minimum of ${issue.minimum} ms; if you meant ${found} seconds, write ${found * 1000}`;
  }
  return undefined;
}

/** The nearest known key; a key with another unit suffix counts as near. */
function suggestion(key: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const bare = key.replace(/(Seconds|Secs?|Minutes|Hours|Millis|Ms|S)$/, '');
  const sameStem = known.find((candidate) => candidate.replace(/Ms$/, '') === bare);
  const candidate = sameStem ?? closest(key, [...known]);
  const near = sameStem !== undefined || distance(key, candidate) <= Math.max(2, Math.floor(key.length / 3));
  const unit = candidate.endsWith('Ms') ? ' (milliseconds)' : '';
  return near ? `; did you mean "${candidate}"${unit}?` : `; known here: ${known.join(', ')}`;
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

/** Keys the schema knows at a path, over all branches of unions. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  let level: JsonSchema[] = branches(root, root);
  for (const step of path) {
    level = level
      .flatMap((node) => {
        if (typeof step === 'number') return node.items ? [node.items] : [];
        const rest = typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
        const named = node.properties?.[String(step)];
        return named ? [named] : rest;
      })
      .flatMap((node) => branches(node, root));
  }
  return [...new Set(level.flatMap((node) => Object.keys(node.properties ?? {})))];
}

function branches(node: JsonSchema, root: JsonSchema): JsonSchema[] {
  const target = node.$ref ? root.$defs?.[node.$ref.split('/').at(-1) ?? ''] : undefined;
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? []), ...(target ? [target] : [])];
  return [node, ...inner.flatMap((each) => branches(each, root))];
}

function at(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

function pathText(path: Path): string {
  const text = path.reduce<string>(
    (so, step) => (typeof step === 'number' ? `${so}[${step}]` : so === '' ? String(step) : `${so}.${String(step)}`),
    '',
  );
  return text === '' ? '(top level)' : text;
}

function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const range = (node as { range?: [number, number, number] } | undefined)?.range;
    if (range) return lines.linePos(range[0]).line;
  }
  return undefined;
}
