import { readFileSync } from 'node:fs';

/** Sets of real labelled pictures of which a part is held out. */
export type RealSetName = 'fire' | 'garbage';

/** Blocks of `block` numbers, of which every `every`-th from `held` on is held out, with a margin at its borders. */
interface BlockRule {
  readonly block: number;
  readonly every: number;
  readonly held: number;
  readonly margin: number;
}

interface HoldOut {
  readonly fire: {
    readonly prefixes: readonly string[];
    readonly ranges: readonly (readonly [from: number, to: number])[];
  };
  readonly garbage: BlockRule;
}

/** The same file that training goes by. */
const rule: HoldOut = JSON.parse(readFileSync(new URL('../train/hold-out.json', import.meta.url), 'utf8'));

/** What a picture is for; `neither`: it may be the neighbour of one on the other side. */
export type RealPart = 'training' | 'held out' | 'neither';

/** What a picture is for, by its file name. */
export function partOf(set: RealSetName, file: string): RealPart {
  switch (set) {
    case 'fire': {
      if (rule.fire.prefixes.some((prefix) => file.startsWith(prefix))) return 'held out';
      const number = Number(/^img_(\d+)/.exec(file)?.[1] ?? Number.NaN);
      return rule.fire.ranges.some(([from, to]) => number >= from && number <= to) ? 'held out' : 'training';
    }
    case 'garbage': {
      const number = Number(/^\d+/.exec(file)?.[0] ?? Number.NaN);
      return partOfBlock(number, rule.garbage);
    }
  }
}

/** What a numbered picture is for. */
export function partOfBlock(number: number, { block, every, held, margin }: BlockRule): RealPart {
  const [before, here, after] = [-margin, 0, margin].map((step) => {
    const remainder = Math.floor((number + step) / block) % every;
    // The block before the first is the last of its turn, as in Python; in JavaScript −1 % 5 is −1.
    return (remainder + every) % every === held;
  });
  if (before !== here || after !== here) return 'neither';
  return here ? 'held out' : 'training';
}
