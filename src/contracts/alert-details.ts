import { z } from 'zod';
import { sceneDetailNames } from '../domain/scene-detail.ts';

/** Numbers, and words of the code's own: no text that somebody wrote, and no number plate. */
const valueSchema = z.union([z.number(), z.string().regex(/^[a-z][a-z_-]{0,31}$/)]);

/** Measurements of an alert. */
export const alertDetailsSchema = z.partialRecord(z.enum(sceneDetailNames), valueSchema);

/** The measurements that may travel, and the names of those that may not. */
export function sortDetails(details: Readonly<Record<string, number | string>>): {
  readonly travel: z.output<typeof alertDetailsSchema>;
  readonly refused: readonly string[];
} {
  const [travel, refused]: [Record<string, number | string>, string[]] = [{}, []];
  for (const [name, value] of Object.entries(details)) {
    if (alertDetailsSchema.safeParse({ [name]: value }).success) travel[name] = value;
    else refused.push(name);
  }
  return { travel, refused };
}
