import { readFileSync } from 'node:fs';

interface Rule {
  readonly fire: { readonly prefixes: readonly string[]; readonly ranges: readonly (readonly [number, number])[] };
  readonly garbage: { readonly block: number; readonly every: number; readonly from: number };
}

const rule = JSON.parse(readFileSync(new URL('./hold-out.json', import.meta.url), 'utf8')) as Rule;

/** Sets of real pictures that the rule knows. */
export type RealSetName = 'fire' | 'garbage';

/** Whether a real picture is kept for checks and never trained on; real_pictures.py reads the same rule. */
export function isHeldOut(set: RealSetName, fileName: string): boolean {
  if (set === 'fire') {
    if (rule.fire.prefixes.some((prefix) => fileName.startsWith(prefix))) return true;
    const number = Number(/^img_(\d+)/.exec(fileName)?.[1]);
    return rule.fire.ranges.some(([low, high]) => low <= number && number <= high);
  }
  const { block, every, from } = rule.garbage;
  const number = Number(/^(\d+)/.exec(fileName)?.[1]);
  return Math.floor(number / block) % every === from;
}
