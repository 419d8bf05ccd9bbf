import type { Sequence } from '../../domain/alert.ts';
import type { Sha256 } from '../../domain/ids.ts';

/** Up to where a node's alerts are in the journal; `hash` is unknown after a refused alert was passed over. */
export interface NodeHead {
  readonly n: number;
  readonly hash: Sha256 | undefined;
}

/**
 * Where an authentic alert stands to what the journal has of its node.
 * `next` continues the chain · `duplicate` is there already · `ahead` leaves numbers out ·
 * `forked-next` has the next number and another predecessor · `forked-back` has a number that another alert holds ·
 * `late` fills a hole that was passed over.
 */
export type ChainStep = 'next' | 'duplicate' | 'ahead' | 'forked-next' | 'forked-back' | 'late';

/** Places an alert. `held`: whether the journal has this very alert, another one with its number, or none. */
export function chainStep(
  head: NodeHead,
  { n, prevHash }: Pick<Sequence, 'n' | 'prevHash'>,
  held: 'same' | 'other' | 'none',
): ChainStep {
  if (held === 'same') return 'duplicate';
  if (n > head.n + 1) return 'ahead';
  if (n === head.n + 1) return head.hash === undefined || head.hash === prevHash ? 'next' : 'forked-next';
  return held === 'other' ? 'forked-back' : 'late';
}
