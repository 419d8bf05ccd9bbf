import { AdditiveBlending, Group, Mesh, MeshBasicMaterial, PlaneGeometry } from 'three';
import type { Actor, Moment } from '../actor.ts';
import type { Random } from '../random.ts';
import { paintTexture, tone } from '../set/canvas-texture.ts';
import { Billboards, type Card } from './billboards.ts';

/** An open fire; `sizeM` is its height. */
export function createFlame(random: Random, options: { sizeM?: number } = {}): Actor {
  const sizeM = options.sizeM ?? random.between(0.5, 2.4);
  const wideM = sizeM * random.between(0.45, 0.95);
  const lean = random.between(-0.25, 0.25) * sizeM;
  const redness = random.between(0, 1);
  const tongues = Array.from({ length: random.whole(24, 34) }, () => ({
    startS: random.between(0, 3),
    lifeS: random.between(0.45, 0.85),
    side: [random.between(-1, 1), random.between(-1, 1)] as const,
    reach: random.between(0.55, 1),
    sway: random.between(5, 11),
    swell: random.between(0.7, 1.2),
  }));
  const material = new MeshBasicMaterial({
    map: tongueTexture(),
    vertexColors: true,
    transparent: true,
    depthWrite: false,
    fog: false,
  });
  const fire = new Billboards(tongues.length, material, 0.3);
  const glow = createGlow(wideM * 2.6);
  const object = new Group();
  object.add(fire.mesh, glow);
  const draw = (timeS: number) => {
    const cards = tongues.map(({ startS, lifeS, side, reach, sway, swell }): Card & { age: number } => {
      const age = ((timeS + startS) % lifeS) / lifeS;
      const away = 1 - 0.75 * age;
      // The middle burns highest.
      const tall = reach * (1 - 0.5 * Math.hypot(...side) * 0.7);
      const swing = Math.sin(timeS * sway + startS * 9) * 0.07 * sizeM * age;
      const halfM = sizeM * 0.19 * swell * (1 - 0.6 * age);
      return {
        age,
        at: [
          side[0] * wideM * 0.38 * away + swing + lean * age,
          sizeM * (0.1 + 1.05 * tall * age),
          side[1] * wideM * 0.38 * away,
        ],
        halfM: [halfM, halfM * 1.8],
        turn: swing * 2,
        alpha: Math.min(1, age * 6) * (1 - age ** 3),
        tint: [1 - 0.2 * age ** 3, 0.7 - (0.55 + 0.1 * redness) * age ** 0.8, Math.max(0.01, 0.2 - 0.35 * age)],
      };
    });
    fire.set(cards.sort((one, other) => other.age - one.age));
    const flicker = 0.8 + 0.2 * Math.sin(timeS * 23) * Math.sin(timeS * 37);
    glow.material.opacity = 0.5 * flicker;
  };
  draw(0);
  return { object, class: 'flame', size: [wideM, sizeM, wideM], move: ({ timeS }: Moment) => draw(timeS) };
}

/** Light on the ground round a fire or a lamp. */
export function createGlow(radiusM: number, colour = 0xff8a30): Mesh<PlaneGeometry, MeshBasicMaterial> {
  const texture = paintTexture(64, 64, (pen) => {
    const soft = pen.createRadialGradient(32, 32, 0, 32, 32, 32);
    soft.addColorStop(0, tone(255, 255, 255, 1));
    soft.addColorStop(0.4, tone(255, 255, 255, 0.35));
    soft.addColorStop(1, tone(255, 255, 255, 0));
    pen.fillStyle = soft;
    pen.fillRect(0, 0, 64, 64);
  });
  const material = new MeshBasicMaterial({
    map: texture,
    color: colour,
    transparent: true,
    opacity: 0.5,
    depthWrite: false,
    blending: AdditiveBlending,
  });
  const glow = new Mesh(new PlaneGeometry(radiusM * 2, radiusM * 2).rotateX(-Math.PI / 2), material);
  glow.position.y = 0.03;
  glow.userData['mask'] = 'none';
  return glow;
}

function tongueTexture() {
  return paintTexture(64, 64, (pen) => {
    const soft = pen.createRadialGradient(32, 38, 2, 32, 36, 27);
    soft.addColorStop(0, tone(255, 255, 255, 1));
    soft.addColorStop(0.5, tone(255, 244, 226, 0.85));
    soft.addColorStop(1, tone(255, 200, 150, 0));
    pen.fillStyle = soft;
    pen.beginPath();
    pen.moveTo(32, 0);
    pen.bezierCurveTo(40, 18, 62, 30, 58, 46);
    pen.bezierCurveTo(54, 62, 10, 62, 6, 46);
    pen.bezierCurveTo(2, 30, 24, 18, 32, 0);
    pen.fill();
  });
}
