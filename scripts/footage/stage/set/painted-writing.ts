import type { Random } from '../random.ts';
import type { Pen } from './canvas-texture.ts';

/** Blocks of strokes that look like writing from afar. */
export function paintCharacters(
  pen: Pen,
  random: Random,
  box: { left: number; top: number; width: number; height: number; colour: string },
): void {
  const { left, top, width, height, colour } = box;
  const count = Math.max(1, Math.min(5, Math.floor(width / (height * 1.1))));
  const step = width / count;
  const thick = Math.max(1.2, height / 11);
  pen.fillStyle = colour;
  for (let index = 0; index < count; index += 1) {
    const from = left + index * step + (step - height) / 2;
    for (let stroke = random.whole(5, 8); stroke > 0; stroke -= 1) {
      if (random.chance(0.55))
        pen.fillRect(from, top + random.between(0, height - 2), height * random.between(0.5, 1), thick);
      else
        pen.fillRect(
          from + random.between(0, height - 2),
          top + random.between(0, height * 0.3),
          thick,
          height * random.between(0.4, 0.7),
        );
    }
  }
}
