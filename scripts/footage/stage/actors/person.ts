import { CylinderGeometry, Group, Mesh, MeshLambertMaterial, type Object3D } from 'three';
import { type Actor, type Moment, poseChangeS } from '../actor.ts';
import type { Random } from '../random.ts';
import { type BodyMeasures, type Build, createSkeleton, measureBody, type PersonJoint } from './body-measures.ts';
import { BodyMesh } from './body-mesh.ts';
import { createBag, createLook, type Outfit, type PersonLook } from './person-look.ts';
import { betweenPostures, createHabit, type Habit, mixed, type Posture, postureIn } from './person-posture.ts';
import { createPersonShape } from './person-shape.ts';
import { createHandUmbrella } from './person-umbrella.ts';

/** What a person is to be like; what is left out is left to chance. */
export interface PersonOptions {
  readonly build?: Build;
  readonly outfit?: Outfit;
  readonly carries?: 'nothing' | 'bag' | 'umbrella';
  /** On which side it comes to lie: backwards and forwards are along its heading, left and right across it. */
  readonly lies?: Habit['lies'];
}

/** A person that walks, stands, sits, crouches, lies, swims and waves; an umbrella over it is a part of its own. */
export function createPerson(random: Random, options: PersonOptions = {}): Actor {
  const outfit = options.outfit ?? (random.chance(0.06) ? 'worker' : 'plain');
  const ages = ['adult', 'adult', 'adult', 'adult', 'elder', ...(outfit === 'plain' ? ['child' as const] : [])] as const;
  const build = options.build ?? random.pick(ages);
  const carries = options.carries ?? random.pick(['nothing', 'nothing', 'nothing', 'bag', 'bag']);
  const lies = options.lies && { lies: options.lies };
  const figure = createFigure(random, build, outfit, carries, {}, lies);
  const object = new Group();
  object.add(figure.object);
  return {
    object,
    class: 'person',
    ...(figure.umbrella !== undefined && {
      parts: [{ object: figure.umbrella, class: 'umbrella' as const, apart: true }],
    }),
    size: [0.6, figure.body.heightM, 0.6],
    move: (moment) => figure.pose(moment),
  };
}

/** A person's body that others may seat on what they ride. */
export interface Figure {
  readonly object: Object3D;
  readonly body: BodyMeasures;
  readonly umbrella?: Object3D;
  /** Holds itself as the moment says. */
  pose(moment: Moment): void;
  /** Holds itself in a posture of somebody else's making. */
  hold(posture: Posture): void;
}

/** The body without the actor around it. */
export function createFigure(
  random: Random,
  build: Build,
  outfit: Outfit,
  carries: 'nothing' | 'bag' | 'umbrella',
  wears: Partial<PersonLook> = {},
  ways: Partial<Habit> = {},
): Figure {
  const body = measureBody(random, build);
  const look = { ...createLook(random, outfit, build), ...(carries === 'bag' && { bag: createBag(random) }), ...wears };
  const habit: Habit = { ...createHabit(random, body), ...holding(outfit, carries, look), ...ways };
  const mesh = new BodyMesh<PersonJoint>(createPersonShape(body, look), createSkeleton(body));
  const object = new Group();
  object.add(mesh.mesh);
  const umbrella = carries === 'umbrella' ? createHandUmbrella(random) : undefined;
  const held = umbrella ?? (outfit === 'fisher' ? createRod(random) : undefined);
  if (held !== undefined) object.add(held);
  const show = (turns: Posture['turns'], hipsY: (lowest: number) => number, [x, z]: readonly [number, number]) => {
    const lowest = mesh.turn({ ...turns, prop: upright(turns) });
    object.position.set(x, hipsY(lowest), z);
    const prop = mesh.skeleton.matrices[mesh.skeleton.numberOf('prop')];
    if (held !== undefined && prop !== undefined) prop.decompose(held.position, held.quaternion, held.scale);
  };
  const hold = (posture: Posture) => show(posture.turns, (lowest) => posture.hipsY ?? -lowest, posture.shift ?? [0, 0]);
  return {
    object,
    body,
    ...(umbrella !== undefined && { umbrella }),
    hold,
    pose(moment) {
      const to = postureIn(moment.pose, moment, body, habit);
      const share = eased(moment.sinceChangeS / poseChangeS);
      if (share >= 1 || moment.before === moment.pose) return hold(to);
      const from = postureIn(moment.before, moment, body, habit);
      const shift = (axis: 0 | 1) => mixed(from.shift?.[axis] ?? 0, to.shift?.[axis] ?? 0, share);
      show(betweenPostures(from, to, share), (lowest) => mixed(from.hipsY ?? -lowest, to.hipsY ?? -lowest, share), [
        shift(0),
        shift(1),
      ]);
    },
  };
}

/** What hangs from a hand or is held up stays upright whatever the arm does; in a fall it goes down with the body. */
function upright(turns: Posture['turns']): readonly [number, number, number] {
  const sum = (axis: 0 | 2) => {
    const of = (name: PersonJoint) => turns[name]?.[axis] ?? 0;
    return -(of('spine') + of('upperArmRight') + of('foreArmRight'));
  };
  return [sum(0), 0, sum(2)];
}

function holding(outfit: Outfit, carries: string, look: PersonLook): Pick<Habit, 'holds'> {
  if (carries === 'umbrella') return { holds: 'up' };
  if (outfit === 'fisher') return { holds: 'ahead' };
  return look.bag?.kind === 'hand' ? { holds: 'low' } : {};
}

/** Quick in the middle: a fall gathers speed and ends on the ground. */
function eased(share: number): number {
  const within = Math.min(1, Math.max(0, share));
  return within * within * (3 - 2 * within);
}

const rodMaterial = new MeshLambertMaterial({ color: 0x2a2018 });

/** Too thin to be part of anybody's box. */
function createRod(random: Random): Object3D {
  const lengthM = random.between(2.6, 4.2);
  const rod = new Mesh(new CylinderGeometry(0.008, 0.02, lengthM, 5), rodMaterial);
  rod.rotation.z = -random.between(0.9, 1.25);
  rod.position.set(Math.sin(-rod.rotation.z) * lengthM * 0.42, Math.cos(rod.rotation.z) * lengthM * 0.42, 0);
  rod.userData['mask'] = 'none';
  const held = new Group();
  held.add(rod);
  return held;
}
