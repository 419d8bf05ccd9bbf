import type { Moment, Pose } from '../actor.ts';
import type { Random } from '../random.ts';
import { type BodyMeasures, hipHeight, type PersonJoint } from './body-measures.ts';
import type { Turn } from './body-skeleton.ts';

/** How a body is held. */
export interface Posture {
  readonly turns: Readonly<Partial<Record<PersonJoint, Turn>>>;
  /** Of the hips above the ground, metres; without it the body stands or lies on the ground with its lowest point. */
  readonly hipsY?: number;
  /** The hips off their place, forward and to the right, metres. */
  readonly shift?: readonly [number, number];
}

/** What is a person's own in how it moves. */
export interface Habit {
  readonly arms: 'hanging' | 'hips' | 'phone' | 'behind' | 'crossed';
  readonly lies: 'back' | 'front' | 'left' | 'right';
  /** Share of a lively gait. */
  readonly vigour: number;
  /** Forward bend in radians. */
  readonly stoop: number;
  /** So that no two sway together. */
  readonly phase: number;
  /** Limbs of a lying body, 0–1 each. */
  readonly spread: readonly [number, number, number, number];
  /** The right hand holds something up (an umbrella, a rod) or lets it hang (a bag). */
  readonly holds?: 'up' | 'low' | 'ahead';
}

const degree = Math.PI / 180;
const seatM = 0.45;

/** Somebody's own way to move. */
export function createHabit(random: Random, { build }: BodyMeasures): Habit {
  return {
    arms: random.pick(['hanging', 'hanging', 'hips', 'phone', 'phone', 'behind', 'crossed']),
    lies: random.pick(['back', 'back', 'front', 'left', 'right']),
    vigour: random.between(0.8, build === 'elder' ? 0.95 : 1.2),
    stoop: build === 'elder' ? random.between(6, 22) * degree : random.between(-2, 6) * degree,
    phase: random.between(0, 2 * Math.PI),
    spread: [random.between(0, 1), random.between(0, 1), random.between(0, 1), random.between(0, 1)],
  };
}

/** How a person of these measures holds itself in a pose at a moment. */
export function postureIn(pose: Pose, moment: Moment, body: BodyMeasures, habit: Habit): Posture {
  return postures[pose](moment, body, habit);
}

/** Somewhere on the way from one posture to another. */
export function betweenPostures(from: Posture, to: Posture, share: number): Posture['turns'] {
  const names = new Set([...Object.keys(from.turns), ...Object.keys(to.turns)]) as Set<PersonJoint>;
  return Object.fromEntries(
    [...names].map((name) => {
      const [a, b] = [from.turns[name] ?? ([0, 0, 0] as const), to.turns[name] ?? ([0, 0, 0] as const)];
      return [name, [mixed(a[0], b[0], share), mixed(a[1], b[1], share), mixed(a[2], b[2], share)] as Turn];
    }),
  );
}

/** Linear from one number to another. */
export function mixed(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

type PostureMaker = (moment: Moment, body: BodyMeasures, habit: Habit) => Posture;

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

/** A step forward for each swing of the thighs: feet hardly slide. Above 2.2 m/s the person runs. */
function walking({ wayM, speedMps, timeS }: Moment, body: BodyMeasures, habit: Habit): Posture {
  const isRunning = speedMps > 2.2;
  const swing = (isRunning ? 38 : 20 + Math.min(10, speedMps * 5)) * degree;
  const strideM = 4 * (body.thighM + body.shinM) * Math.sin(swing) * (isRunning ? 1.35 : 1);
  const phase = (wayM / strideM) * 2 * Math.PI + habit.phase;
  const lean = habit.stoop + (isRunning ? 10 : 2) * degree;
  const armSwing = swing * 0.9 * habit.vigour;
  const elbow = (isRunning ? 85 : 18) * degree;
  const leg = (at: number): { thigh: Turn; shin: Turn; foot: Turn } => {
    const bend = (isRunning ? 75 : 48) * degree * Math.max(0, Math.cos(at - 0.35)) ** 1.5 + 6 * degree;
    const thigh = Math.sin(at) * swing + 4 * degree;
    return { thigh: [0, 0, thigh], shin: [0, 0, -bend], foot: [0, 0, (bend - thigh) * 0.6] };
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

function sitting({ timeS }: Moment, body: BodyMeasures, habit: Habit): Posture {
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

function crouching({ timeS }: Moment, _body: BodyMeasures, habit: Habit): Posture {
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
function lying({ timeS }: Moment, body: BodyMeasures, habit: Habit): Posture {
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
function swimming({ timeS }: Moment, body: BodyMeasures, habit: Habit): Posture {
  const beat = timeS * 4.2 * habit.vigour + habit.phase;
  const arm = (at: number): Turn => [0, 0, mixed(60, 165, 0.5 + 0.5 * Math.sin(at)) * degree];
  return {
    hipsY: -body.torsoM * 0.78 + Math.sin(beat * 0.5) * 0.04,
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

type Limb = 'thigh' | 'shin' | 'foot' | 'upperArm' | 'foreArm';

/** Both sides alike; turns about x and y are the left side's. */
export function mirrored(limbs: Readonly<Partial<Record<Limb, Turn>>>): Posture['turns'] {
  return Object.fromEntries(
    Object.entries(limbs).flatMap(([limb, [x, y, z]]) => [
      [`${limb}Left`, [x, y, z]],
      [`${limb}Right`, [-x, -y, z]],
    ]),
  );
}
