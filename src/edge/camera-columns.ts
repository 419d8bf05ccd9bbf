import { redactUrl } from '../lib/log.ts';
import { closestTo } from '../lib/nearest.ts';
import { parseRtspUrl } from './ingest/rtsp-target.ts';
import { sceneModules } from './scene/registry.ts';

/** What a cell is, or what it should be. `shown` stands for the value where it must not be repeated. */
export type CellResult =
  | { readonly ok: true; readonly value: string | number | readonly string[] }
  | {
      readonly ok: false;
      readonly expected: string;
      readonly suggestion?: string | undefined;
      readonly shown?: string;
    };

/** One column of a camera table. */
export interface CameraColumn {
  readonly name: string;
  /** Other names it goes by, in small letters. */
  readonly aliases: readonly string[];
  readonly required: boolean;
  /** Reads a cell that is not empty. */
  read(text: string): CellResult;
}

const good = (value: string | number | readonly string[]): CellResult => ({ ok: true, value });
const bad = (expected: string, suggestion?: string): CellResult => ({ ok: false, expected, suggestion });

const column = (
  name: string,
  read: (text: string) => CellResult,
  options: { aliases?: readonly string[]; required?: boolean } = {},
): CameraColumn => ({ name, aliases: options.aliases ?? [], required: options.required ?? false, read });

const scenes: readonly string[] = sceneModules.map(({ id }) => id);

/** The columns of a camera table, in the order the documentation lists them. */
export const cameraColumns: readonly CameraColumn[] = [
  column('id', readId, { aliases: ['编号', '国标编号', '设备编号', 'gbid'], required: true }),
  column('name', within(200), { aliases: ['名称', '设备名称', '摄像机名称'], required: true }),
  column('division', readDivision, { aliases: ['行政区划', '区划代码'], required: true }),
  column('lat', degrees(90, 'lat', 'lon'), { aliases: ['纬度', 'latitude'], required: true }),
  column('lon', degrees(180, 'lon', 'lat'), { aliases: ['经度', 'longitude', 'lng'], required: true }),
  column('url', readUrl, { aliases: ['地址', '取流地址', 'rtsp'] }),
  column('main_url', readUrl, { aliases: ['主码流地址'] }),
  column('onvif_host', readHost),
  column('onvif_port', readPort),
  column('onvif_profile', within(64)),
  column('main_profile', within(64)),
  column('username', within(128), { aliases: ['用户名', 'user'] }),
  column('password_env', readVariable),
  column('password_file', within(500)),
  column('transport', oneOf(['tcp', 'udp', 'auto'])),
  column('scenes', readScenes, { aliases: ['场景'] }),
];

/** Column names that hold a password as it is. */
const passwordNames = new Set(['password', 'passwd', 'pwd', 'pass', '密码', '口令']);

/** Whether a column holds passwords as they are. */
export function isPasswordColumn(heading: string): boolean {
  return passwordNames.has(normal(heading));
}

/** The column a heading means. */
export function columnOf(heading: string): CameraColumn | undefined {
  const name = normal(heading);
  return cameraColumns.find((each) => each.name === name || each.aliases.includes(name));
}

/** What a heading that means none was probably meant to be. */
export function nearestColumn(heading: string): string {
  const names = cameraColumns.map(({ name }) => name);
  const near = closestTo(normal(heading), names);
  return near === undefined ? `known columns: ${names.join(', ')}` : `did you mean "${near}"?`;
}

function normal(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

function readId(text: string): CellResult {
  if (/^\d+([.,]\d+)?e\+?\d+$/i.test(text)) {
    const expected = 'expected an id; this is a number in exponential form';
    return bad(expected, 'Excel made a number of it: format the column as text and fill it in again');
  }
  if (/^[A-Za-z0-9_.-]{1,64}$/.test(text)) return good(text);
  const tidy = text
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64);
  return bad(
    'expected letters, digits, "_", "." and "-", at most 64',
    tidy === '' ? undefined : `for instance "${tidy}"`,
  );
}

function readDivision(text: string): CellResult {
  if (/^\d{6}(\d{3}){0,2}$/.test(text)) return good(text);
  return bad('expected a GB/T 2260 code of 6, 9 or 12 digits');
}

function degrees(limit: number, name: string, other: string): (text: string) => CellResult {
  const expected = `expected a number from -${limit} to ${limit}`;
  return (text) => {
    const value = Number(text);
    if (Number.isFinite(value) && Math.abs(value) <= limit) return good(value);
    if (Number.isFinite(value) && Math.abs(value) <= 180) return bad(expected, `${name} and ${other} look swapped`);
    if (/^-?\d+,\d+$/.test(text)) return bad(expected, `write "${text.replace(',', '.')}"`);
    const [, whole = '', minutes = '', seconds = '0'] =
      /^(\d{1,3})\s*[°度]\s*(\d{1,2})\s*['′分]\s*(?:(\d{1,2}(?:\.\d+)?)\s*["″秒])?/.exec(text) ?? [];
    if (whole === '') return bad(expected);
    return bad(expected, `write "${(Number(whole) + Number(minutes) / 60 + Number(seconds) / 3600).toFixed(6)}"`);
  };
}

function readUrl(text: string): CellResult {
  const target = parseRtspUrl(text);
  if (target?.credentials !== undefined) {
    const suggestion = `write "${target.url}", the user name in username, and where the password is in password_env or password_file`;
    return {
      ok: false,
      expected: 'expected an address without user name and password',
      suggestion,
      shown: redactUrl(text),
    };
  }
  if (target !== undefined) return good(text);
  const shown = redactUrl(text);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1];
  const repaired = scheme === undefined ? `rtsp://${text}` : text.replace(/^[a-z][a-z0-9+.-]*:/i, 'rtsp:');
  const sound = parseRtspUrl(repaired)?.credentials === undefined && parseRtspUrl(repaired) !== undefined;
  const suggestion = sound && text !== repaired ? `did you mean "${repaired}"?` : undefined;
  return { ok: false, expected: 'expected rtsp://host[:port]/path', suggestion, shown };
}

function readHost(text: string): CellResult {
  if (/^[A-Za-z0-9_.:-]{1,253}$/.test(text) && !text.includes('//')) return good(text);
  const host = /^https?:\/\/([^/:]+)/i.exec(text)?.[1];
  return bad('expected a name or an address', host === undefined ? undefined : `write "${host}"`);
}

function readPort(text: string): CellResult {
  const port = Number(text);
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? good(port) : bad('expected a port from 1 to 65535');
}

/** A password in place of a variable's name must not be repeated. */
function readVariable(text: string): CellResult {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(text)) return good(text);
  const expected = 'expected the name of an environment variable, such as CAMERA_PASSWORD';
  return { ok: false, expected, suggestion: 'the name, not the password itself', shown: '•••' };
}

function readScenes(text: string): CellResult {
  const ids = text.split(/[;|\s]+/).filter(Boolean);
  const unknown = ids.find((id) => !scenes.includes(id));
  if (unknown === undefined) return good(ids);
  const near = closestTo(unknown, scenes);
  return bad(`no scene "${unknown}"`, near === undefined ? `known: ${scenes.join(', ')}` : `did you mean "${near}"?`);
}

function within(length: number): (text: string) => CellResult {
  return (text) => (text.length <= length ? good(text) : bad(`expected at most ${length} characters`));
}

function oneOf(words: readonly string[]): (text: string) => CellResult {
  return (text) => {
    const word = text.toLowerCase();
    if (words.includes(word)) return good(word);
    const near = closestTo(word, words);
    return bad(`expected ${words.join(', ')}`, near === undefined ? undefined : `did you mean "${near}"?`);
  };
}
