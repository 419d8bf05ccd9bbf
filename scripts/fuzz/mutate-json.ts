import { mutate } from './mutate.ts';
import type { FuzzRandom } from './random.ts';

/** Values that are not what a schema asks for, or only just. */
const nasties: readonly unknown[] = [
  null,
  true,
  '',
  '\ud800',
  '\udfff\ud800',
  'a\0b',
  '__proto__',
  '\u202e',
  'x'.repeat(5_000),
  0,
  -0,
  -1,
  0.1,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 53 - 1,
  Number.MIN_VALUE,
  [],
  {},
  [[]],
  { length: -1 },
  { constructor: { prototype: {} } },
  { toString: 1, valueOf: null },
  Array(300).fill(0),
];
const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'then', '', '$ref', 'faces', 'plate', '\ud800'];

/** Texts that are hard on a parser; `text` is a message that is well-formed. */
const bombs: readonly ((text: string, random: FuzzRandom) => string)[] = [
  () => '['.repeat(100_000),
  () => `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  () => `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  () => `{"specversion":${'9'.repeat(50_000)}}`,
  () => '1e999999999',
  () => '-',
  () => '"\\u0000\\ud800"',
  () => 'null',
  () => '',
  () => `\ufeff{}`,
  (text) => `\ufeff${text}`,
  (text) => text.replace('{', '{"__proto__":{"n":1},'),
  (text) => text.replace('{', `{${'"n":1,'.repeat(2_000)}`),
  (text) => text.replace(/"n":\d+/, '"n":1,"n":-1'),
  (text) => text.replace(/("hash":")[0-9a-f]{8}/, '$100000000'),
  (text) => text + text,
  (text) => text.replaceAll('"', "'"),
  (text, random) =>
    text.replace(/\d+/g, (digits) => (random.below(4) === 0 ? digits.repeat(1 + random.below(40)) : digits)),
  (text, random) => text + ' '.repeat(random.below(400_000)),
];

/** A message with one to three changes: of its values, of its text, or of its bytes. */
export function mutateJson(seed: Buffer, random: FuzzRandom, other: Buffer): Buffer {
  const way = random.below(10);
  if (way < 2) return mutate(seed, random, other);
  if (way < 4) return Buffer.from(random.pick(bombs)(seed.toString('utf8'), random));
  const value: unknown = JSON.parse(seed.toString('utf8'));
  for (let left = 1 + random.below(3); left > 0; left -= 1) change(value, random);
  return Buffer.from(JSON.stringify(value));
}

/** Changes one place of a value, in place. */
function change(root: unknown, random: FuzzRandom): void {
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const walk = (node: unknown, depth: number) => {
    if (typeof node !== 'object' || node === null || depth > 20) return;
    for (const key of Object.keys(node)) {
      places.push({ holder: node as Record<string, unknown>, key });
      walk((node as Record<string, unknown>)[key], depth + 1);
    }
  };
  walk(root, 0);
  if (places.length === 0) return;
  const { holder, key } = random.pick(places);
  const set = (name: string, value: unknown) =>
    Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
  switch (random.below(6)) {
    case 0:
      delete holder[key];
      return;
    case 1:
      set(random.pick(keys), structuredClone(random.pick(nasties)));
      return;
    case 2:
      // What it inherits by that name may be a function, which has no JSON.
      set(key, JSON.parse(JSON.stringify(random.pick(places).holder[random.pick(places).key]) ?? 'null'));
      return;
    case 3:
      // Deep enough for a walk that recurses, too shallow for the parser to refuse it.
      set(key, JSON.parse(`${'['.repeat(900)}1${']'.repeat(900)}`));
      return;
    default:
      set(key, structuredClone(random.pick(nasties)));
  }
}
