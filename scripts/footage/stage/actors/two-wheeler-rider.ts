import type { Object3D } from 'three';
import type { Actor, Moment } from '../actor.ts';
import type { Random } from '../random.ts';
import { reach } from './body-reach.ts';
import { createFigure, type Figure } from './person-figure.ts';
import type { PersonLook } from './person-look.ts';

/** Where a rider's body meets what it rides: metres, x forward and y up from the ground below the middle. */
export interface Saddle {
  readonly seat: readonly [x: number, y: number];
  /** One of the two grips; z is its distance from the middle. */
  readonly grip: readonly [x: number, y: number, z: number];
  /** Soles of the feet: on pedals that turn round a crank, or still on pegs or a board. */
  readonly feet: { readonly x: number; readonly y: number; readonly z: number; readonly crankM?: number };
  /** Forward bend of the back in radians. */
  readonly lean: number;
  /** Sits with the feet up even where it stands (a wheelchair, a boat). */
  readonly keepsFeet?: boolean;
  /** Way of the wheels in which the pedals go round once, metres. */
  readonly gearM?: number;
}

/** Somebody on a saddle: a part of its own. */
export interface Rider {
  readonly object: Object3D;
  /** Pedals, or puts a foot down when standing. */
  move(moment: Moment): void;
}

const degree = Math.PI / 180;

/** A person who rides; helmets are common where `hasHelmet`. */
export function createRider(random: Random, saddle: Saddle, wears: Partial<PersonLook> = {}): Rider {
  const figure = createFigure(random, { wears: { legWear: 'trousers', ...wears } });
  const [nod, isLeftFooted] = [random.between(0, 6), random.chance(0.5)];
  return {
    object: figure.object,
    move: (moment) => {
      const isStill = moment.speedMps === 0 && saddle.keepsFeet !== true;
      const turn = (moment.wayM / (saddle.gearM ?? 5)) * 2 * Math.PI + nod;
      const sitting = isStill ? offSaddle(figure, saddle) : saddle;
      figure.hold({
        hipsY: sitting.seat[1] + hipsOver(figure),
        shift: [sitting.seat[0], 0],
        turns: {
          spine: [0, 0, -sitting.lean],
          head: [0, Math.sin(moment.timeS * 0.6 + nod) * 0.3, sitting.lean * 0.7],
          ...leg(figure, sitting, 'Left', turn, isStill && isLeftFooted),
          ...leg(figure, sitting, 'Right', turn + Math.PI, isStill && !isLeftFooted),
          ...arm(figure, sitting, 'Left'),
          ...arm(figure, sitting, 'Right'),
        },
      });
    },
  };
}

/** Who cannot reach the ground from the saddle slides off it to the front. */
function offSaddle(figure: Figure, saddle: Saddle): Saddle {
  const { ankleM, shinM, thighM } = figure.body;
  const highest = (ankleM + shinM + thighM) * 0.97 - hipsOver(figure);
  const downM = Math.max(0, saddle.seat[1] - highest);
  return { ...saddle, seat: [saddle.seat[0] + Math.min(0.16, downM * 1.5), saddle.seat[1] - downM] };
}

/** A rider as the part of what is ridden. */
export function riderPart(rider: Rider): NonNullable<Actor['parts']>[number] {
  return { object: rider.object, class: 'person', apart: true };
}

/** Hip joints above what the body sits on. */
function hipsOver({ body }: Figure): number {
  return body.heightM * 0.05 * body.girth;
}

function leg(figure: Figure, { seat, feet }: Saddle, side: 'Left' | 'Right', turn: number, isDown: boolean) {
  const { body } = figure;
  const crankM = feet.crankM ?? 0;
  const sole: readonly [number, number] = isDown
    ? [seat[0] + 0.15, 0]
    : [feet.x + Math.cos(turn) * crankM, feet.y - Math.sin(turn) * crankM];
  const bend = reach(
    [body.thighM, body.shinM],
    [sole[0] - seat[0], sole[1] + body.ankleM - seat[1] - hipsOver(figure)],
    'forward',
  );
  const out = Math.atan2((isDown ? 0.24 : feet.z) - body.hipM, body.thighM + body.shinM) * (side === 'Left' ? 1 : -1);
  return {
    [`thigh${side}`]: [out, 0, bend.upper],
    [`shin${side}`]: [0, 0, bend.lower],
    [`foot${side}`]: [0, 0, -(bend.upper + bend.lower) * 0.9],
  };
}

function arm(figure: Figure, { seat, grip, lean }: Saddle, side: 'Left' | 'Right') {
  const { body } = figure;
  const pivotY = seat[1] + hipsOver(figure) + body.torsoM * 0.2;
  const upM = body.torsoM * 0.74;
  const shoulder = [seat[0] + Math.sin(lean) * upM, pivotY + Math.cos(lean) * upM] as const;
  const bend = reach([body.upperArmM, body.foreArmM], [grip[0] - shoulder[0], grip[1] - shoulder[1]], 'backward');
  const out = Math.atan2(grip[2] - body.shoulderM, body.upperArmM + body.foreArmM) + 6 * degree;
  return {
    [`upperArm${side}`]: [side === 'Left' ? out : -out, 0, bend.upper + lean],
    [`foreArm${side}`]: [0, 0, bend.lower],
  };
}
