import { z } from 'zod';

const unit = z.number().min(0).max(1);
const picture = z
  .tuple([unit, unit])
  .meta({ description: 'Where the picture shows it: [x, y], 0–1, origin top left.' });
const metres = z.number().min(-5_000).max(5_000);

const groundPointSchema = z.union([
  z.strictObject({
    picture,
    lat: z.number().min(-90).max(90).meta({ description: 'WGS-84 degrees.' }),
    lon: z.number().min(-180).max(180).meta({ description: 'WGS-84 degrees.' }),
  }),
  z.strictObject({
    picture,
    east: metres.meta({ description: 'Metres east of the camera.' }),
    north: metres.meta({ description: 'Metres north of the camera.' }),
  }),
]);

/** What a camera needs to know its ground: points on it, in the picture and in the world. */
export const groundSchema = z
  .strictObject({
    points: z
      .array(groundPointSchema)
      .min(4)
      .max(32)
      .meta({ description: 'At least 4 points of flat ground, spread over the picture; 6 or more show a wrong one.' }),
    pictureError: z.number().min(0.000_5).max(0.05).default(0.003).meta({
      description:
        'By how much a point of the picture is off, standard deviation, as a share of it: 0.003 is 2 pixels of 640.',
    }),
  })
  .meta({ description: 'Lets distances be metres, speeds m/s, and alerts say where their subject stands.' });

/** Checked calibration points of one camera. */
export type GroundConfig = z.output<typeof groundSchema>;
