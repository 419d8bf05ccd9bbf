import type { Moment } from '../actor.ts';
import { type BodyMeasures, hipHeight } from './body-measures.ts';
import type { Turn } from './body-skeleton.ts';
import { degree, type Habit, mirrored, mixed, type Posture } from './person-habit.ts';

/** Height of what people sit on. */
const seatM = 0.45;

/** On something 0.45 m high, hands on the thighs. */
export function sitting({ timeS }: Moment, body: BodyMeasures, habit: Habit): Posture {
  const nod = Math.sin(timeS * 0.8 + habit.phase) * 5 * degree;
  return {
    hipsY: seatM + body.heightM * 0.05 * body.girth,
    turns: {
      spine: [0, 0, -habit.stoop - 6 * degree],
      head: [0, nod * 3, nod],
      ...mirrored({
        thigh: [7 * degree, 0, 86 * degree],
        shin: [0, 0, -84 * degree],
        upperArm: [9 * degree, 0, 28 * degree],
        foreArm: [-14 * degree, 0, 48 * degree],
      }),
    },
  };
}

/** Squats and reaches for something on the ground. */
export function crouching({ timeS }: Moment, _body: BodyMeasures, habit: Habit): Posture {
  const reach = Math.sin(timeS * 2.1 + habit.phase) * 10 * degree;
  return {
    turns: {
      hips: [0, 0, -18 * degree],
      spine: [0, 0, -32 * degree],
      head: [0, 0, 25 * degree],
      ...mirrored({
        thigh: [14 * degree, 0, 128 * degree],
        shin: [0, 0, -138 * degree],
        foot: [0, 0, 20 * degree],
        upperArm: [8 * degree, 0, 58 * degree + reach],
        foreArm: [-10 * degree, 0, 32 * degree],
      }),
    },
  };
}

/** Flat on the ground. The hips come to lie beside where the person stood: falls end ahead, behind or beside. */
export function lying({ timeS }: Moment, body: BodyMeasures, habit: Habit): Posture {
  const [a, b, c, d] = habit.spread;
  const stir = Math.sin(timeS * 0.9 + habit.phase) * 3 * degree;
  const fallM = hipHeight(body) * 0.45;
  if (habit.lies === 'back' || habit.lies === 'front') {
    const isBack = habit.lies === 'back';
    const down = (isBack ? -6 : 6) * degree;
    return {
      shift: [isBack ? -fallM : fallM, 0],
      turns: {
        hips: [0, 0, (isBack ? 90 : -90) * degree],
        spine: [0, 0, 0],
        head: [0, (a - 0.5) * 70 * degree, (isBack ? 4 : 12) * degree],
        upperArmLeft: [mixed(12, 150, b) * degree + stir, 0, down],
        upperArmRight: [-mixed(12, 120, c) * degree, 0, down],
        foreArmLeft: [mixed(-10, 60, d) * degree, 0, 4 * degree],
        foreArmRight: [-mixed(-10, 70, a) * degree, 0, 4 * degree],
        thighLeft: [mixed(3, 24, c) * degree, 0, isBack ? b * 35 * degree : 0],
        shinLeft: [0, 0, isBack ? -b * 60 * degree : -a * 30 * degree],
        thighRight: [-mixed(3, 24, d) * degree, 0, 0],
        footLeft: [0, 0, -35 * degree],
        footRight: [0, 0, -35 * degree],
      },
    };
  }
  const side = habit.lies === 'left' ? -1 : 1;
  return {
    shift: [0, side * fallM],
    turns: {
      hips: [side * 88 * degree, 0, 0],
      spine: [0, 0, -mixed(0, 25, a) * degree],
      head: [side * 12 * degree, 0, -10 * degree],
      upperArmLeft: [0, 0, mixed(20, 95, b) * degree + stir],
      upperArmRight: [0, 0, mixed(20, 95, c) * degree],
      foreArmLeft: [0, 0, mixed(10, 70, d) * degree],
      foreArmRight: [0, 0, mixed(10, 70, a) * degree],
      thighLeft: [0, 0, mixed(5, 60, c) * degree],
      shinLeft: [0, 0, -mixed(10, 80, c) * degree],
      thighRight: [0, 0, mixed(5, 60, d) * degree],
      shinRight: [0, 0, -mixed(10, 80, d) * degree],
    },
  };
}

/** Head and shoulders above the water; the arms beat it in turn. */
export function swimming({ timeS }: Moment, body: BodyMeasures, habit: Habit): Posture {
  const beat = timeS * 4.2 * habit.vigour + habit.phase;
  const arm = (at: number): Turn => [0, 0, mixed(60, 165, 0.5 + 0.5 * Math.sin(at)) * degree];
  return {
    hipsY: -body.torsoM * 0.78 + Math.sin(beat * 0.5) * 0.04,
    deepestM: 0.12,
    turns: {
      hips: [0, 0, -22 * degree],
      spine: [0, Math.sin(beat) * 10 * degree, 0],
      head: [0, Math.sin(beat * 0.3) * 30 * degree, 20 * degree],
      upperArmLeft: arm(beat),
      upperArmRight: arm(beat + Math.PI),
      foreArmLeft: [0, 0, 25 * degree],
      foreArmRight: [0, 0, 25 * degree],
      thighLeft: [0, 0, Math.sin(beat) * 25 * degree],
      thighRight: [0, 0, -Math.sin(beat) * 25 * degree],
    },
  };
}
