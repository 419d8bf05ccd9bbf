import type { UnitPackets } from './unit-packets.ts';

/**
 * The unit's packets as a bad network would pass them on: each lost with probability `loss`, else changing places
 * with the next with probability `reorder`. A copy; empty when all are lost.
 */
export function mangle(unit: UnitPackets, rates: { loss: number; reorder: number }, random: () => number): Buffer {
  const { bytes, starts } = unit;
  const packets: Buffer[] = [];
  for (const [index, start] of starts.entries()) {
    if (random() >= rates.loss) packets.push(bytes.subarray(start, starts[index + 1] ?? bytes.length));
  }
  for (let index = 0; index + 1 < packets.length; index += 1) {
    const [one, two] = [packets[index], packets[index + 1]];
    if (random() >= rates.reorder || one === undefined || two === undefined) continue;
    packets[index] = two;
    packets[index + 1] = one;
    index += 1;
  }
  return Buffer.concat(packets);
}
