import type { Actor } from '../actor.ts';

/** Size as a share of the actor's own, from that second on; even in between. */
export type SizeAt = readonly [atS: number, share: number];

/** The same actor growing and shrinking; outside of `shown` it is not there. */
export function sized(actor: Actor, sizes: readonly SizeAt[], [fromS, toS]: readonly [number, number]): Actor {
  const whole = actor.object.scale.clone();
  return {
    ...actor,
    move(moment) {
      actor.object.visible = moment.timeS >= fromS && moment.timeS < toS;
      actor.object.scale.copy(whole).multiplyScalar(shareAt(sizes, moment.timeS));
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
