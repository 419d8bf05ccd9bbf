import { readFileSync } from 'node:fs';

/** Sets of real labelled pictures of which a part is held out. */
export type RealSetName = 'fire' | 'garbage';

interface HoldOut {
  readonly fire: {
    readonly prefixes: readonly string[];
    readonly ranges: readonly (readonly [from: number, to: number])[];
  };
  readonly garbage: { readonly block: number; readonly every: number; readonly from: number };
}

/** The same file that training goes by. */
const rule: HoldOut = JSON.parse(readFileSync(new URL('../train/hold-out.json', import.meta.url), 'utf8'));

/** Whether training has never seen a picture, by its file name. */
export function isHeldOut(set: RealSetName, file: string): boolean {
  switch (set) {
    case 'fire': {
      if (rule.fire.prefixes.some((prefix) => file.startsWith(prefix))) return true;
      const number = Number(/^img_(\d+)/.exec(file)?.[1] ?? Number.NaN);
      return rule.fire.ranges.some(([from, to]) => number >= from && number <= to);
    }
    case 'garbage': {
      const number = Number(/^\d+/.exec(file)?.[0] ?? Number.NaN);
      return Math.floor(number / rule.garbage.block) % rule.garbage.every === rule.garbage.from;
    }
  }
}
