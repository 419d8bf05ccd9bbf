import {
  type BufferGeometry,
  Color,
  Float32BufferAttribute,
  IcosahedronGeometry,
  PlaneGeometry,
  RingGeometry,
} from 'three';
import type { Random } from '../random.ts';

/** An uneven field over a plane: about −1 to 1, `sizeM` from bump to bump. */
export function unevenness(random: Random, sizeM: number): (x: number, z: number) => number {
  const waves = Array.from({ length: 5 }, () => {
    const [angle, pace] = [random.between(0, Math.PI * 2), (Math.PI * random.between(0.6, 2.2)) / sizeM];
    return { x: Math.cos(angle) * pace, z: Math.sin(angle) * pace, phase: random.between(0, Math.PI * 2) };
  });
  return (x, z) => waves.reduce((sum, wave) => sum + Math.sin(x * wave.x + z * wave.z + wave.phase), 0) / 2.6;
}

/** A crumpled ball of radius 1; `rough`: how deep its folds are. */
export function lump(random: Random, { detail = 1, rough = 0.15 } = {}): BufferGeometry {
  const ball: BufferGeometry = new IcosahedronGeometry(1, detail);
  const [across, along, up] = [unevenness(random, 0.7), unevenness(random, 0.9), unevenness(random, 0.6)];
  const positions = ball.getAttribute('position');
  for (let corner = 0; corner < positions.count; corner += 1) {
    const [x, y, z] = [positions.getX(corner), positions.getY(corner), positions.getZ(corner)];
    const scale = 1 + (rough * (across(x, y) + along(y, z) + up(z, x))) / 2;
    positions.setXYZ(corner, x * scale, y * scale, z * scale);
  }
  return flatShaded(ball);
}

/** A heap on a round foot: its radius and its height in metres. */
export function roundHeap(random: Random, radiusM: number, peakM: number, rough = 0.3): BufferGeometry {
  const disc: BufferGeometry = new RingGeometry(0.001, 1, 16, 5).rotateX(-Math.PI / 2);
  const [bumps, outline] = [unevenness(random, radiusM * 0.5), unevenness(random, 1.1)];
  const [leanX, leanZ] = [random.between(-0.25, 0.25), random.between(-0.25, 0.25)];
  const positions = disc.getAttribute('position');
  for (let corner = 0; corner < positions.count; corner += 1) {
    const [x, z] = [positions.getX(corner), positions.getZ(corner)];
    const away = Math.min(1, Math.hypot(x, z));
    const reach = radiusM * (1 + rough * 0.7 * outline(x, z) * away);
    const slope = (1 - away) ** 1.15;
    const height = peakM * slope * (1 + rough * bumps(x * radiusM, z * radiusM) * Math.min(1, away * 3));
    const lean = radiusM * (1 - away);
    positions.setXYZ(corner, x * reach + leanX * lean, Math.max(0, height), z * reach + leanZ * lean);
  }
  return flatShaded(disc);
}

/** A heap in a box: from its rim up to about `peakM`, level 0 along the rim. */
export function boxHeap(random: Random, lengthM: number, widthM: number, peakM: number): BufferGeometry {
  const plane: BufferGeometry = new PlaneGeometry(lengthM, widthM, 18, 8).rotateX(-Math.PI / 2);
  const [bumps, grains] = [unevenness(random, widthM * 0.8), unevenness(random, 0.5)];
  const positions = plane.getAttribute('position');
  for (let corner = 0; corner < positions.count; corner += 1) {
    const [x, z] = [positions.getX(corner), positions.getZ(corner)];
    const edge = (1 - Math.abs((2 * x) / lengthM) ** 4) * (1 - Math.abs((2 * z) / widthM) ** 3);
    const height = peakM * (edge * (0.72 + 0.45 * bumps(x, z)) + 0.14 * grains(x, z));
    positions.setY(corner, Math.max(-0.1, height));
  }
  return flatShaded(plane);
}

/** Colours each face a little otherwise; where `others` are given, some faces in one of them. */
export function mottled(
  random: Random,
  piece: BufferGeometry,
  colour: Color | number,
  { spread = 0.12, others = [] as readonly number[], share = 0.15 } = {},
): BufferGeometry {
  const loose = piece.index === null ? piece : piece.toNonIndexed();
  const colours: number[] = [];
  for (let face = 0; face < loose.getAttribute('position').count / 3; face += 1) {
    const base = others.length > 0 && random.chance(share) ? random.pick(others) : colour;
    const rgb = new Color(base).multiplyScalar(random.between(1 - spread, 1 + spread)).toArray();
    colours.push(...rgb, ...rgb, ...rgb);
  }
  loose.setAttribute('color', new Float32BufferAttribute(colours, 3));
  return loose;
}

function flatShaded(piece: BufferGeometry): BufferGeometry {
  const loose = piece.index === null ? piece : piece.toNonIndexed();
  loose.computeVertexNormals();
  return loose;
}
