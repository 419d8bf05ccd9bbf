import type { Moment } from '../actor.ts';
import type { Random } from '../random.ts';
import { reach } from './body-reach.ts';
import { createFigure } from './person-figure.ts';
import { createHabit } from './person-habit.ts';
import { postureIn } from './person-posture.ts';
import type { Rider } from './two-wheeler-rider.ts';

/** Where somebody walks who pushes something, and the nearer grip; metres from the ground below its middle. */
export interface PushingPlace {
  readonly x: number;
  readonly z: number;
  readonly grip: readonly [x: number, y: number, z: number];
}

/** A person who walks beside or behind and holds on to it. */
export function createPusher(random: Random, { x, z, grip }: PushingPlace): Rider {
  const figure = createFigure(random, { build: random.chance(0.15) ? 'elder' : 'adult' });
  const { body } = figure;
  const habit = { ...createHabit(random, body), stoop: 0.12, arms: 'hanging' as const };
  const shoulderY = body.ankleM + body.shinM + body.thighM + body.torsoM * 0.94;
  const hold = reach([body.upperArmM, body.foreArmM], [grip[0] - x - 0.08, grip[1] - shoulderY], 'backward');
  return {
    object: figure.object,
    move: (moment: Moment) => {
      const gait = postureIn(moment.speedMps > 0 ? 'walk' : 'stand', moment, body, habit);
      const arm = { upper: hold.upper + habit.stoop, lower: hold.lower };
      figure.hold({
        ...gait,
        shift: [x, z],
        turns: {
          ...gait.turns,
          upperArmLeft: [0.1, 0, arm.upper],
          foreArmLeft: [0, 0, arm.lower],
          upperArmRight: [-0.1, 0, arm.upper],
          foreArmRight: [0, 0, arm.lower],
        },
      });
    },
  };
}
