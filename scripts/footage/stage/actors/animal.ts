import { Group } from 'three';
import type { Actor, Moment } from '../actor.ts';
import type { Random } from '../random.ts';
import { type AnimalBreed, type AnimalKind, createBreed } from './animal-breed.ts';
import { type AnimalJoint, createAnimalShape, createAnimalSkeleton } from './animal-shape.ts';
import { BodyMesh } from './body-mesh.ts';
import type { Turn } from './body-skeleton.ts';

/** An animal that stands about or trots along; a bird hops on two legs. */
export function createAnimal(random: Random, { kind }: { kind?: AnimalKind } = {}): Actor {
  const breed = createBreed(random, kind ?? random.pick(['dog', 'dog', 'dog', 'cat', 'cow', 'goat', 'bird']));
  const body = new BodyMesh<AnimalJoint>(createAnimalShape(breed), createAnimalSkeleton(breed));
  const object = new Group();
  object.add(body.mesh);
  const [phase, isGrazing] = [random.between(0, 2 * Math.PI), random.chance(breed.grazes)];
  return {
    object,
    class: 'animal',
    size: [breed.lengthM * 1.5, breed.legM + breed.depthM + breed.headM, breed.widthM * 1.2],
    move: (moment) => {
      const turns = moment.speedMps > 0 ? walking(moment, breed, phase) : standing(moment, breed, phase, isGrazing);
      body.mesh.position.y = -body.turn(turns);
    },
  };
}

type Turns = Readonly<Partial<Record<AnimalJoint, Turn>>>;

/** Legs in diagonal pairs; a bird's swing one after the other. */
function walking({ wayM, speedMps, timeS }: Moment, breed: AnimalBreed, phase: number): Turns {
  const swing = Math.min(0.6, 0.3 + speedMps * 0.12);
  const beat = (wayM / (4 * breed.legM * Math.sin(swing))) * 2 * Math.PI + phase;
  const leg = (name: 'frontLeft' | 'frontRight' | 'backLeft' | 'backRight', at: number): Turns => ({
    [`${name}Upper`]: [0, 0, Math.sin(at) * swing],
    [`${name}Lower`]: [0, 0, (name.startsWith('front') ? -1 : 1) * Math.max(0, Math.cos(at)) * 0.6],
  });
  return {
    ...leg('frontLeft', beat),
    ...leg('backRight', breed.kind === 'bird' ? beat + Math.PI : beat + 0.4),
    ...leg('frontRight', beat + Math.PI),
    ...leg('backLeft', breed.kind === 'bird' ? beat : beat + Math.PI + 0.4),
    neck: [0, 0, Math.sin(beat * 2) * 0.06],
    tail: [0, Math.sin(timeS * 5 + phase) * breed.wag, 0],
  };
}

function standing({ timeS }: Moment, breed: AnimalBreed, phase: number, isGrazing: boolean): Turns {
  const look = Math.sin(timeS * 0.5 + phase);
  const nod = Math.sin(timeS * 1.7 + phase) * 0.05;
  return {
    neck: isGrazing ? [0, look * 0.2, -1.35 + nod] : [0, look * 0.5, nod],
    head: isGrazing ? [0, 0, 0.3] : [0, look * 0.3, 0],
    tail: [0, Math.sin(timeS * 4 + phase) * breed.wag, 0],
    frontLeftUpper: [0, 0, 0.05],
    backRightUpper: [0, 0, -0.06],
  };
}
