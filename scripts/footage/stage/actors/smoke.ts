import { Group, MeshLambertMaterial } from 'three';
import type { Actor, Moment } from '../actor.ts';
import type { Random } from '../random.ts';
import { addSpots, paintTexture, tone } from '../set/canvas-texture.ts';
import { Billboards, type Card } from './billboards.ts';

/** Grey of each shade, 0–1. */
const greys = { white: 0.92, grey: 0.5, black: 0.13 } as const;

/** A rising plume, drifting with the wind; `sizeM` is about how wide it grows. */
export function createSmoke(random: Random, options: { sizeM?: number; shade?: keyof typeof greys } = {}): Actor {
  const sizeM = options.sizeM ?? random.between(1.2, 5);
  const shade = options.shade ?? random.pick(['white', 'grey', 'grey', 'black'] as const);
  const grey = greys[shade] * random.between(0.85, 1.05);
  const [windX, windZ] = [random.between(-0.5, 0.5) * sizeM, random.between(-0.5, 0.5) * sizeM];
  const heightM = sizeM * random.between(1.3, 2.4);
  const lifeS = heightM / random.between(0.9, 1.6);
  const thickness = random.between(0.7, 1);
  const puffs = Array.from({ length: random.whole(30, 40) }, () => ({
    startS: random.between(0, 1) * lifeS,
    side: [random.between(-1, 1), random.between(-1, 1)] as const,
    turn: random.between(0, 6.3),
    spin: random.between(-0.5, 0.5),
    swell: random.between(0.7, 1.25),
    light: random.between(0.8, 1.15),
  }));
  const material = new MeshLambertMaterial({
    map: puffTexture(random),
    vertexColors: true,
    transparent: true,
    depthWrite: false,
  });
  const cloud = new Billboards(puffs.length, material, 0.19);
  const object = new Group();
  object.add(cloud.mesh);
  const draw = (timeS: number) => {
    const cards = puffs.map(({ startS, side, turn, spin, swell, light }): Card & { age: number } => {
      const age = ((timeS + startS) % lifeS) / lifeS;
      const halfM = sizeM * (0.14 + 0.36 * age ** 0.7) * swell;
      const sway = Math.sin(timeS * 0.8 + startS * 5) * 0.05 * sizeM;
      const wide = sizeM * (0.08 + 0.2 * age);
      const shown = Math.min(1, age * 8) * (1 - age ** 1.6);
      const lit = grey * light * (shade === 'black' ? 1 + age : 1);
      return {
        age,
        at: [
          windX * age ** 1.5 + side[0] * wide + sway,
          0.1 + heightM * age ** 0.85,
          windZ * age ** 1.5 + side[1] * wide,
        ],
        halfM: [halfM, halfM],
        turn: turn + spin * timeS,
        alpha: shown * thickness,
        tint: [lit, lit, lit * 1.02],
      };
    });
    cloud.set(cards.sort((one, other) => other.age - one.age));
  };
  draw(0);
  return { object, class: 'smoke', size: [sizeM, heightM, sizeM], move: ({ timeS }: Moment) => draw(timeS) };
}

/** A soft, uneven puff. */
export function puffTexture(random: Random) {
  return paintTexture(64, 64, (pen) => {
    const soft = pen.createRadialGradient(32, 32, 2, 32, 32, 31);
    soft.addColorStop(0, tone(255, 255, 255, 1));
    soft.addColorStop(0.55, tone(255, 255, 255, 0.6));
    soft.addColorStop(1, tone(255, 255, 255, 0));
    pen.fillStyle = soft;
    pen.fillRect(0, 0, 64, 64);
    pen.globalCompositeOperation = 'destination-out';
    addSpots(pen, random, { count: 12, radius: [4, 14], colour: () => tone(0, 0, 0, random.between(0.1, 0.4)) });
    pen.globalCompositeOperation = 'source-atop';
    addSpots(pen, random, { count: 10, radius: [5, 16], colour: () => tone(120, 120, 120, random.between(0.1, 0.35)) });
    pen.globalCompositeOperation = 'source-over';
  });
}
