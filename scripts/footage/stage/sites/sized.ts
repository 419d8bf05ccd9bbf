import type { Actor } from '../actor.ts';

/** Size as a share of the actor's own, from that second on; even in between. */
export type SizeAt = readonly [atS: number, share: number];

/** A size of 0 has no inverse. */
const nextToNothing = 1e-4;

/** The same actor growing and shrinking; outside of `shown` it is not there. */
export function sized(actor: Actor, sizes: readonly SizeAt[], [fromS, toS]: readonly [number, number]): Actor {
  const whole = actor.object.scale.clone();
  return {
    ...actor,
    move(moment) {
      const isThere = moment.timeS >= fromS && moment.timeS < toS;
      actor.object.visible = isThere;
      actor.object.scale.copy(whole).multiplyScalar(isThere ? shareAt(sizes, moment.timeS) : nextToNothing);
      actor.move?.(moment);
    },
  };
}

function shareAt(sizes: readonly SizeAt[], timeS: number): number {
  const next = sizes.findIndex(([atS]) => atS > timeS);
  const [toS, to] = sizes.at(next) ?? [0, 1];
  if (next <= 0) return to;
  const [fromS, from] = sizes[next - 1] ?? [0, 1];
  return from + ((to - from) * (timeS - fromS)) / (toS - fromS);
}
