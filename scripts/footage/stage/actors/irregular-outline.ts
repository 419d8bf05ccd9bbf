import type { Random } from '../random.ts';
import type { GroundPoint } from '../site.ts';

/** Points round (0, 0) whose distance swells and shrinks smoothly, about `lengthM` long (x) and `widthM` wide (z). */
export function irregularOutline(random: Random, lengthM: number, widthM: number, count = 40): GroundPoint[] {
  const waves = [2, 3, 4, 6, 9].map((often) => ({
    often,
    depth: random.between(0.3, 1) * (0.42 / often),
    phase: random.between(0, Math.PI * 2),
  }));
  return Array.from({ length: count }, (_, index): GroundPoint => {
    const way = (index / count) * Math.PI * 2;
    const swell = waves.reduce((sum, { often, depth, phase }) => sum + depth * Math.sin(way * often + phase), 0);
    const away = Math.max(0.35, 0.86 + swell);
    return [(Math.cos(way) * away * lengthM) / 2, (Math.sin(way) * away * widthM) / 2];
  });
}
