import { Group } from 'three';
import type { Actor } from '../actor.ts';
import { createBicycle } from '../actors/bicycle.ts';
import { createEBike } from '../actors/e-bike.ts';
import { createPerson } from '../actors/person.ts';
import { createPram } from '../actors/pram.ts';
import { createWheelchair } from '../actors/wheelchair.ts';
import type { SitePlan, Story } from '../site.ts';
import { createLobbyRoom } from './lobby-room.ts';
import { Mirror } from './mirror.ts';
import { passBy, type TurnableSite } from './passing.ts';
import { Way } from './way.ts';

interface Lobby extends TurnableSite {
  readonly halfM: number;
  /** Middle of the door, along its wall, which is z = 0; inside is towards the camera. */
  readonly doorX: number;
}

/** Walks before the house run along this line, metres before the door. */
const outsideM = 2.6;
/** Of the bend from there into the door. */
const bendM = 1.2;
/** Who goes under the camera leaves the picture there. */
const exitZ = 9.5;

/** The entrance lobby of a block of flats, seen from inside. */
export const ebikeIndoorSite: SitePlan = {
  scene: 'ebike_indoor',
  lights: ['day', 'night', 'dusk', 'day'],
  build(random): Lobby {
    const mirror = new Mirror(random);
    const set = new Group();
    const halfM = random.between(3.4, 4.4);
    const doorX = random.between(-0.6, 0.6);
    set.add(createLobbyRoom(random, mirror, { halfM, doorX, doorM: random.between(2.4, 3), outsideM }));
    return {
      set,
      mirror,
      halfM,
      doorX,
      camera: {
        position: [mirror.x(-halfM + random.between(0.5, 1.6)), random.between(2.9, 3.5), random.between(7, 7.8)],
        target: [mirror.x(doorX + random.between(0, 0.5)), random.between(0, 0.3), random.between(1.6, 2.4)],
        fovDeg: random.between(47, 55),
      },
      zones: [
        {
          id: 'door',
          kind: 'line',
          points: mirror.points([
            [-halfM + 0.2, 1.1],
            [halfM - 0.2, 1.1],
          ]),
        },
        { id: 'lobby', kind: 'polygon', points: mirror.area([-halfM + 0.2, 1.4], [halfM - 0.2, 5.6]), tags: ['lobby'] },
      ],
      grounds: [
        { use: 'indoor', points: mirror.area([-halfM + 0.8, 1], [halfM - 0.8, 5]) },
        { use: 'indoor', points: mirror.area([-1.5, 1.4], [2, 4.2]) },
        { use: 'pavement', points: mirror.area([doorX - 1.6, -4], [doorX + 1.6, -1]), heading: 0 },
      ],
    };
  },
  takes: {
    fires: {
      about: 'Somebody pushes an e-bike through the door into a lobby, past a guard, and on into the house.',
      light: 'day',
      lengthS: 42,
      tell(story, site: Lobby) {
        const { random } = story;
        const { doorX } = site;
        const way = comesIn(site, 3, 1)
          .to(doorX + 0.4, 3.4, 0.7)
          .to(doorX + 0.7, exitZ, 0.55);
        story.play(createEBike(random, { pushed: true }), way.path);
        walkThrough(story, site, createPerson(random), { atS: 1, exitX: 1.6 });
        const guard = new Way(site.mirror, { atS: 10, x: 1.9, z: exitZ }).to(2, 4.4, 1.1);
        guard.stayUntil(22, { heading: 2.3, pose: 'wave' }).stayUntil(25, { heading: 2 }).to(1.9, exitZ, 1.1);
        story.play(createPerson(random, { build: 'adult', outfit: 'worker' }), guard.path);
        story.during(12, 25);
      },
    },
    near: {
      about: 'A pram, a wheelchair and a bicycle come into a lobby; an e-bike rides past outside.',
      light: 'night',
      lengthS: 56,
      tell(story, site: Lobby) {
        const { random } = story;
        enter(story, site, createPram(random, { pushed: true }), { atS: 3, exitX: 1.2 });
        enter(story, site, createWheelchair(random), { atS: 16, exitX: 0.2 });
        enter(story, site, createBicycle(random), { atS: 30, exitX: 1, besideM: 0.5 });
        const past = { over: [site.doorX, -outsideM - 0.9], heading: 0, paceMps: 3.5, radiusM: 1 } as const;
        passBy(story, site, createEBike(random, { rider: true }), { ...past, atS: 13 });
        passBy(story, site, createEBike(random, { rider: true }), { ...past, atS: 27, heading: Math.PI });
        walkThrough(story, site, createPerson(random, { carries: 'umbrella' }), { atS: 22, exitX: 1.9 });
      },
    },
  },
};

/** From beside the house to the door and through it, so far beside somebody on the same way. */
function comesIn(site: Lobby, atS: number, paceMps: number, besideM = 0): Way {
  const [x, z] = [site.doorX - besideM, -outsideM - besideM];
  const way = new Way(site.mirror, { atS, x: site.doorX - 8, z }).to(x - bendM, z, paceMps);
  return way.bend([x - bendM, z + bendM], bendM, [Math.PI / 2, 0], paceMps);
}

/** Something on wheels comes in and crosses the lobby, with somebody beside it where told. */
function enter(
  story: Story,
  site: Lobby,
  actor: Actor,
  { atS, exitX, besideM }: { atS: number; exitX: number; besideM?: number },
): void {
  const paceMps = 0.9;
  const across = (asideM: number) =>
    comesIn(site, atS, paceMps, asideM)
      .to(site.doorX + 0.3 - asideM, 4, paceMps)
      .to(exitX - asideM, exitZ, paceMps).path;
  story.play(actor, across(0));
  if (besideM === undefined) return;
  story.play(createPerson(story.random, { build: 'adult', carries: 'nothing' }), across(besideM));
}

function walkThrough(story: Story, site: Lobby, actor: Actor, { atS, exitX }: { atS: number; exitX: number }): void {
  story.play(
    actor,
    comesIn(site, atS, 1.2)
      .to(site.doorX + 0.3, 4, 1.2)
      .to(exitX, exitZ, 1.2).path,
  );
}
