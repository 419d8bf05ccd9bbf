import type { Moment, Pose } from '../actor.ts';
import type { BodyMeasures } from './body-measures.ts';
import type { Turn } from './body-skeleton.ts';
import { degree, type Habit, type Posture, type PostureMaker } from './person-habit.ts';
import { crouching, lying, sitting, swimming } from './person-posture-low.ts';

/** How a person of these measures holds itself in a pose at a moment. */
export function postureIn(pose: Pose, moment: Moment, body: BodyMeasures, habit: Habit): Posture {
  return postures[pose](moment, body, habit);
}

/** From this pace on people run. */
const runMps = 2.2;

const postures: Readonly<Record<Pose, PostureMaker>> = {
  walk: walking,
  stand: standing,
  sit: sitting,
  crouch: crouching,
  lie: lying,
  swim: swimming,
  ride: sitting,
  wave: waving,
};

/**
 * A step forward for each swing of the thighs: feet hardly slide. Strides do not depend on the pace, lest the legs jump
 * where it changes; above 2.2 m/s the person runs.
 */
function walking({ wayM, speedMps, timeS }: Moment, body: BodyMeasures, habit: Habit): Posture {
  const isRunning = speedMps > runMps;
  const swing = (isRunning ? 38 : 25) * degree;
  const strideM = 4 * (body.thighM + body.shinM) * Math.sin(swing) * (isRunning ? 1.35 : 1);
  const phase = (wayM / strideM) * 2 * Math.PI + habit.phase;
  const lean = habit.stoop + (isRunning ? 10 : 2) * degree;
  const armSwing = swing * 0.9 * habit.vigour;
  const elbow = (isRunning ? 85 : 18) * degree;
  const leg = (at: number): { thigh: Turn; shin: Turn; foot: Turn } => {
    const bend = (isRunning ? 75 : 48) * degree * Math.max(0, Math.cos(at - 0.35)) ** 1.5 + 6 * degree;
    // Nearly even through the time on the ground, as the body goes on evenly above it.
    const thigh = ((Math.sin(at) - Math.sin(3 * at) / 10) / 1.1) * swing + 4 * degree;
    return { thigh: [0, 0, thigh], shin: [0, 0, -bend], foot: [0, 0, (bend - thigh) * 0.85] };
  };
  const [left, right] = [leg(phase), leg(phase + Math.PI)];
  return {
    turns: {
      hips: [0, Math.sin(phase) * 4 * degree, 0],
      spine: [0, -Math.sin(phase) * 8 * degree, -lean],
      head: [0, Math.sin(phase) * 4 * degree + Math.sin(timeS * 0.7 + habit.phase) * 12 * degree, lean * 0.7],
      thighLeft: left.thigh,
      shinLeft: left.shin,
      footLeft: left.foot,
      thighRight: right.thigh,
      shinRight: right.shin,
      footRight: right.foot,
      upperArmLeft: [7 * degree, 0, -Math.sin(phase) * armSwing + lean],
      foreArmLeft: [0, 0, elbow + Math.max(0, -Math.sin(phase)) * 15 * degree],
      ...rightArm(habit, Math.sin(phase) * armSwing + lean, elbow + Math.max(0, Math.sin(phase)) * 15 * degree),
    },
  };
}

/** The right arm as it swings, or as it holds what it holds. */
function rightArm(habit: Habit, swing: number, elbow: number): Posture['turns'] {
  if (habit.holds === 'up')
    return { upperArmRight: [-12 * degree, 0, 28 * degree], foreArmRight: [0, 0, 105 * degree] };
  if (habit.holds === 'ahead')
    return { upperArmRight: [-10 * degree, 0, 25 * degree], foreArmRight: [0, 0, 60 * degree] };
  const share = habit.holds === 'low' ? 0.3 : 1;
  return { upperArmRight: [-8 * degree, 0, swing * share], foreArmRight: [0, 0, elbow * share] };
}

function standing({ timeS }: Moment, _body: BodyMeasures, habit: Habit): Posture {
  const sway = Math.sin(timeS * 1.1 + habit.phase) * 2 * degree;
  const turn = Math.sin(timeS * 0.37 + habit.phase * 2) * 25 * degree;
  return {
    turns: {
      hips: [sway, turn * 0.15, 0],
      spine: [-sway, turn * 0.2, -habit.stoop + sway * 0.5],
      head: [0, turn, habit.stoop * 0.6 + (habit.arms === 'phone' ? -22 * degree : 0)],
      thighLeft: [4 * degree - sway, 0, 2 * degree],
      thighRight: [-5 * degree - sway, 0, -1 * degree],
      shinLeft: [0, 0, -3 * degree],
      shinRight: [0, 0, -2 * degree],
      ...idleArms(habit),
      ...(habit.holds !== undefined && rightArm(habit, habit.stoop, 12 * degree)),
    },
  };
}

function idleArms({ arms, stoop }: Habit): Posture['turns'] {
  const both = (x: number, z: number, foreX: number, foreZ: number): Posture['turns'] => ({
    upperArmLeft: [x * degree, 0, z * degree + stoop],
    upperArmRight: [-x * degree, 0, z * degree + stoop],
    foreArmLeft: [foreX * degree, 0, foreZ * degree],
    foreArmRight: [-foreX * degree, 0, foreZ * degree],
  });
  switch (arms) {
    case 'hanging':
      return both(7, 2, 0, 12);
    case 'hips':
      return both(38, -14, -75, 25);
    case 'behind':
      return both(12, -28, -40, 15);
    case 'crossed':
      return both(5, 22, -70, 78);
    case 'phone':
      return {
        ...both(7, 2, 0, 12),
        upperArmRight: [-4 * degree, 0, 25 * degree],
        foreArmRight: [20 * degree, 0, 95 * degree],
      };
  }
}

function waving(moment: Moment, body: BodyMeasures, habit: Habit): Posture {
  const still = standing(moment, body, habit);
  const beat = Math.sin(moment.timeS * 7 + habit.phase);
  return {
    turns: {
      ...still.turns,
      upperArmLeft: [(145 + beat * 10) * degree, 0, 10 * degree],
      foreArmLeft: [(15 + beat * 25) * degree, 0, 0],
    },
  };
}
