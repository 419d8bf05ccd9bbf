import { z } from 'zod';
import type { CameraId, ZoneId } from '../domain/ids.ts';
import { calibrateGround } from './calibrate-ground.ts';
import { tileSchema } from './detect/packing/tiles.ts';
import { groundSchema } from './ground-config.ts';
import { cameraHealthSchema } from './health/config.ts';
import { keepSchema } from './ingest/life-config.ts';
import { cameraSourceSchema } from './ingest/source-config.ts';
import type { SceneConfig } from './scene/common-config.ts';
import { sceneModules } from './scene/registry.ts';

const unit = z.number().min(0).max(1);
const point = z.tuple([unit, unit]);

const zoneSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .transform((value) => value as ZoneId),
    kind: z.enum(['polygon', 'line']).default('polygon'),
    points: z.array(point).min(2).max(64).meta({ description: 'Corners as [x, y], 0–1, origin top left.' }),
    tags: z
      .array(z.string().max(64))
      .max(16)
      .default([])
      .meta({ description: 'What the place is, for routing: roadway, sidewalk, site, farmland, …' }),
    direction: z.enum(['in', 'out']).optional().meta({
      description:
        'Lines: which crossings count, both unless given. in: from left to right of the line, from its first point to its last.',
    }),
  })
  .refine((zone) => zone.kind === 'line' || zone.points.length >= 3, {
    path: ['points'],
    message: 'a polygon needs at least 3 corners',
  });

const maskSchema = z.strictObject({
  name: z.string().min(1).max(64).meta({ description: 'What it hides: the flag, the neighbour’s yard.' }),
  points: z.array(point).min(3).max(64).meta({ description: 'Corners as [x, y], 0–1, origin top left.' }),
});

/** Scene id → the scene's own configuration; a scene not named here is not watched for. */
const scenesSchema = z.strictObject(Object.fromEntries(sceneModules.map(({ id, schema }) => [id, schema.optional()])));

/** One camera: where it is, how to reach it, what to watch for. */
export const cameraSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/)
      .transform((value) => value as CameraId)
      .meta({ description: 'The 20-digit GB/T 28181 id where the site has one.' }),
    name: z.string().min(1).max(200),
    division: z.string().max(32).meta({ description: 'GB/T 2260 division code.' }),
    lat: z.number().min(-90).max(90).meta({ description: 'WGS-84 degrees.' }),
    lon: z.number().min(-180).max(180).meta({ description: 'WGS-84 degrees.' }),
    stream: cameraSourceSchema.meta({ description: 'The stream that is looked at; the substream is enough.' }),
    mainStream: cameraSourceSchema
      .optional()
      .meta({ description: 'The stream of full size, for evidence; opened only when it is needed.' }),
    keep: keepSchema.optional().meta({ description: 'In place of `ingest.keep` of the node.' }),
    tiles: tileSchema.optional(),
    health: cameraHealthSchema.prefault({}).meta({ description: 'What is looked for in the camera itself.' }),
    zones: z.array(zoneSchema).max(32).default([]),
    masks: z.array(maskSchema).max(32).default([]).meta({
      description: 'Polygons in which nothing counts, for any scene: what touches the ground there is not followed.',
    }),
    ground: groundSchema.optional(),
    scenes: scenesSchema,
  })
  .superRefine(({ ground, lat, lon }, context) => {
    const calibration = ground && calibrateGround(ground, { lat, lon });
    if (calibration === undefined || calibration.ok) return;
    const { point: index, problem: message } = calibration;
    context.addIssue({ code: 'custom', path: ['ground', 'points', ...(index === undefined ? [] : [index])], message });
  })
  .superRefine((camera, context) => {
    const known = new Set<string>();
    for (const [index, { id }] of camera.zones.entries()) {
      if (known.has(id))
        context.addIssue({ code: 'custom', path: ['zones', index, 'id'], message: `zone "${id}" is there twice` });
      known.add(id);
    }
    for (const [scene, config] of Object.entries(camera.scenes)) {
      const { zones = [], exclude = [] } = (config as SceneConfig | undefined) ?? {};
      for (const [field, ids] of Object.entries({ zones, exclude })) {
        for (const [index, zone] of ids.entries()) {
          if (known.has(zone)) continue;
          const message = `no zone "${zone}" on this camera; it has: ${[...known].join(', ') || 'none'}`;
          context.addIssue({ code: 'custom', path: ['scenes', scene, field, index], message });
        }
      }
    }
  });

/** Checked configuration of one camera. */
export type CameraConfig = z.output<typeof cameraSchema>;
