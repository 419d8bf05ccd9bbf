import type { Random } from '../random.ts';
import { type Pen, type Rgb, tone } from './canvas-texture.ts';

/** Colours of window panes by day. */
export const glassTones: readonly Rgb[] = [
  [52, 64, 76],
  [70, 84, 96],
  [38, 44, 52],
  [92, 108, 120],
];

/** A window with its frame, perhaps a curtain, perhaps a cage before it. */
export function paintWindow(
  pen: Pen,
  random: Random,
  window: { left: number; top: number; width: number; height: number; hasCages: boolean },
): void {
  const { left, top, width, height, hasCages } = window;
  pen.fillStyle = tone(225, 225, 222);
  pen.fillRect(left - 1.5, top - 1.5, width + 3, height + 3);
  const glass = random.pick(glassTones);
  const shade = pen.createLinearGradient(left, top, left + width, top + height);
  shade.addColorStop(0, tone(...glass));
  shade.addColorStop(1, tone(glass[0] * 1.35, glass[1] * 1.35, glass[2] * 1.35));
  pen.fillStyle = shade;
  pen.fillRect(left, top, width, height);
  if (random.chance(0.3)) {
    pen.fillStyle = tone(random.between(120, 210), random.between(110, 180), random.between(100, 170), 0.7);
    pen.fillRect(left, top, width * random.between(0.2, 1), height);
  }
  pen.fillStyle = tone(215, 215, 212);
  pen.fillRect(left + width / 2 - 1, top, 2, height);
  if (!hasCages) return;
  pen.fillStyle = tone(190, 190, 188, 0.8);
  for (let bar = 1; bar < 6; bar += 1) pen.fillRect(left - 2, top + (height * bar) / 6, width + 4, 1);
}
