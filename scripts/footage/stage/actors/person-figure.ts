import { CylinderGeometry, Group, Mesh, MeshLambertMaterial, type Object3D } from 'three';
import { type Moment, poseChangeS } from '../actor.ts';
import type { Random } from '../random.ts';
import { type BodyMeasures, type Build, createSkeleton, measureBody, type PersonJoint } from './body-measures.ts';
import { BodyMesh } from './body-mesh.ts';
import { betweenPostures, createHabit, type Habit, mixed, type Posture } from './person-habit.ts';
import { createBag, createLook, type Outfit, type PersonLook } from './person-look.ts';
import { postureIn } from './person-posture.ts';
import { createPersonShape } from './person-shape.ts';
import { createHandUmbrella } from './person-umbrella.ts';

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

/** What somebody is to be like. */
export interface FigureOptions {
  readonly build?: Build;
  readonly outfit?: Outfit;
  readonly carries?: 'nothing' | 'bag' | 'umbrella';
  readonly wears?: Partial<PersonLook>;
  readonly ways?: Partial<Habit>;
}

/** The body without the actor around it. */
export function createFigure(
  random: Random,
  { build = 'adult', outfit = 'plain', carries = 'nothing', wears = {}, ways = {} }: FigureOptions = {},
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
  const hold = (posture: Posture) => {
    const { turns, hipsY, shift: [x, z] = [0, 0], deepestM } = posture;
    const floorY = deepestM === undefined || hipsY === undefined ? undefined : -deepestM - hipsY;
    const lowest = mesh.turn({ ...turns, prop: upright(turns) }, floorY);
    object.position.set(x, hipsY ?? -lowest, z);
    const prop = mesh.skeleton.matrices[mesh.skeleton.numberOf('prop')];
    if (held !== undefined && prop !== undefined) prop.decompose(held.position, held.quaternion, held.scale);
    return lowest;
  };
  return {
    object,
    body,
    ...(umbrella !== undefined && { umbrella }),
    hold: (posture) => void hold(posture),
    pose(moment) {
      const to = postureIn(moment.pose, moment, body, habit);
      const share = eased(moment.sinceChangeS / poseChangeS, moment.pose === 'lie');
      if (share >= 1 || moment.before === moment.pose) {
        hold(to);
        return;
      }
      const from = postureIn(moment.before, moment, body, habit);
      const shift = (axis: 0 | 1) => mixed(from.shift?.[axis] ?? 0, to.shift?.[axis] ?? 0, share);
      const between = { turns: betweenPostures(from, to, share), shift: [shift(0), shift(1)] as const };
      const lowest = hold(between);
      if (from.hipsY === undefined && to.hipsY === undefined) return;
      hold({ ...between, hipsY: mixed(from.hipsY ?? -lowest, to.hipsY ?? -lowest, share) });
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

/** A fall gathers speed until the ground ends it; else people are quick in the middle. */
function eased(share: number, isFall: boolean): number {
  const within = Math.min(1, Math.max(0, share));
  return isFall ? within ** 1.7 : within * within * (3 - 2 * within);
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
