import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import type { Sha256 } from '../../domain/ids.ts';
import { type ObjectClass, objectClasses } from '../../domain/object-class.ts';
import { AppError, messageOf } from '../../lib/errors.ts';

/** Kinds of outputs that can be read. */
export const modelKinds = ['yolox', 'picodet', 'nanodet', 'detr', 'detr-post', 'ready'] as const;

/** Kinds that are read without knowing their grids. */
const kindsWithoutGrid: ReadonlySet<string> = new Set<(typeof modelKinds)[number]>(['detr', 'detr-post', 'ready']);

/** `models check` leaves what it cannot know in angle brackets. */
const filledIn = z
  .string()
  .min(1)
  .refine((text) => !text.startsWith('<'), 'still to be filled in');
const triple = z.tuple([z.number(), z.number(), z.number()]);
const size = z.number().int().min(32).max(4096);

/** How a picture becomes the model's input tensor. */
const inputSchema = z.strictObject({
  name: z.string().min(1),
  width: size,
  height: size,
  /** Order of the axes after the batch: channels first or last. */
  layout: z.enum(['nchw', 'nhwc']),
  channelOrder: z.enum(['rgb', 'bgr']),
  /** `letterbox`: top-left, rest filled with `pad`. */
  fit: z.enum(['letterbox', 'stretch']),
  /** Per channel in `channelOrder`, on the 0–255 scale: value = (byte − mean) / std. */
  mean: triple,
  std: triple,
  /** Byte value that fills what a letterboxed picture leaves free. */
  pad: z.number().min(0).max(255),
});

/** A model's file and where it comes from. */
const fileFields = {
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/),
  file: z.string().regex(/^[A-Za-z0-9][\w.-]*\.onnx$/),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform((value) => value as Sha256),
  bytes: z.number().int().positive(),
  /** Whether the file is part of this repository. */
  shipped: z.boolean(),
  licence: filledIn,
  attribution: z.string(),
  /** Upstream addresses, tried in order, and only when the operator asks for it. */
  sources: z.array(z.url({ protocol: /^https?$/ })),
};

const modelSchema = z.strictObject({
  ...fileFields,
  task: z.literal('detect'),
  /** How its outputs are read: yolox.ts; picodet and nanodet: gfl.ts; detr and detr-post: detr.ts; ready: ready.ts. */
  kind: z.enum(modelKinds),
  /** Name of a class set. */
  classes: filledIn,
  /** Output grids in the order of the model's outputs, in input pixels a cell; none for DETR, nor where the graph decodes by itself. */
  strides: z.array(z.number().int().positive()).max(8),
  input: inputSchema,
  /**
   * Changes made to the graph when it is loaded, the file and its hash staying what they are (graph/rewrite-model.ts).
   * `weights`: weights listed as inputs become constants; `hard-swish`: decomposed blocks are folded; `input`: the
   * graph takes the size given above instead of its own; `target-size`: DETR's input orig_target_sizes becomes that size.
   */
  rewrite: z.array(z.enum(['weights', 'hard-swish', 'input', 'target-size'])).default([]),
});

/** A model that tells what somebody looks like: one crop in, one vector out. */
const appearanceModelSchema = z.strictObject({
  ...fileFields,
  task: z.literal('appearance'),
  /** Canonical classes it was made for. */
  classes: z.array(z.enum(objectClasses)).min(1),
  input: inputSchema,
  /** Numbers in its vector. */
  dimensions: z.number().int().min(2).max(4096),
});

const manifestSchema = z.strictObject({
  version: z.literal(1),
  classSets: z.record(
    z.string(),
    z.strictObject({
      /** The model's own names, in the order of its outputs. */
      names: z.array(z.string()).min(1),
      /** Own name → canonical class; a name left out is ignored. */
      canonical: z.record(z.string(), z.enum(objectClasses)),
    }),
  ),
  models: z.array(modelSchema),
  appearance: z.array(appearanceModelSchema).default([]),
});

/** The models this software knows: models/manifest.json. */
export type ModelManifest = z.output<typeof manifestSchema>;
/** One model of the manifest. */
export type ModelEntry = ModelManifest['models'][number];
/** One model of appearances. */
export type AppearanceModelEntry = ModelManifest['appearance'][number];
/** Any model's file. */
export type ModelFile = Pick<ModelEntry, 'id' | 'file' | 'sha256' | 'bytes' | 'sources'>;
/** One model's input. */
export type ModelInput = ModelEntry['input'];

/** The repository's folder of models, with its manifest and the weights that ship. */
export const modelsDir = fileURLToPath(new URL('../../../models', import.meta.url));

/** Reads a manifest, or checks a text that is to become it; @throws AppError MB_MODEL_MANIFEST naming what is wrong where. */
export function loadManifest(path: string = `${modelsDir}/manifest.json`, text?: string): ModelManifest {
  try {
    return checkReferences(manifestSchema.parse(JSON.parse(text ?? readFileSync(path, 'utf8'))));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new AppError('MB_MODEL_MANIFEST', `${path}: ${what}`, { cause: error });
  }
}

function checkReferences(manifest: ModelManifest): ModelManifest {
  const ids = new Set<string>();
  for (const { id } of [...manifest.models, ...manifest.appearance]) {
    if (ids.has(id)) throw new Error(`models: "${id}" is listed twice`);
    ids.add(id);
  }
  for (const model of manifest.models) {
    if (model.strides.length === 0 && !kindsWithoutGrid.has(model.kind)) {
      throw new Error(`models: "${model.id}" names no strides, without which ${model.kind} cannot be read`);
    }
    if (model.strides.length > 0 && model.kind === 'ready') {
      throw new Error(`models: "${model.id}" names strides, but ${model.kind} has its grid inside`);
    }
    if (manifest.classSets[model.classes] === undefined) {
      throw new Error(`models: "${model.id}" names class set "${model.classes}", which is not there`);
    }
  }
  for (const [name, set] of Object.entries(manifest.classSets)) {
    const stray = Object.keys(set.canonical).find((own) => !set.names.includes(own));
    if (stray !== undefined) throw new Error(`classSets.${name}.canonical: "${stray}" is not one of its names`);
  }
  return manifest;
}

/** A model by id; @throws AppError MB_MODEL_UNKNOWN with the nearest id. */
export function findModel(manifest: ModelManifest, id: string): ModelEntry {
  return findById(manifest.models, id);
}

/** A model of appearances by id; @throws AppError MB_MODEL_UNKNOWN with the nearest id. */
export function findAppearanceModel(manifest: ModelManifest, id: string): AppearanceModelEntry {
  return findById(manifest.appearance, id);
}

/** A model of whichever task by id; @throws AppError MB_MODEL_UNKNOWN with the nearest id. */
export function findModelFile(manifest: ModelManifest, id: string): ModelFile {
  return findById<ModelFile>([...manifest.models, ...manifest.appearance], id);
}

function findById<M extends { readonly id: string }>(models: readonly M[], id: string): M {
  const found = models.find((model) => model.id === id);
  if (found !== undefined) return found;
  const ids = models.map((model) => model.id);
  const near = ids.length > 0 ? closest(id, ids) : '';
  const hint = near !== '' && distance(id, near) <= id.length / 2 ? `did you mean "${near}"? ` : '';
  throw new AppError('MB_MODEL_UNKNOWN', `no model "${id}": ${hint}known: ${ids.join(', ')}`);
}

/** Canonical class by output index; undefined where the model's class has none. */
export function canonicalClasses(manifest: ModelManifest, entry: ModelEntry) {
  const set = manifest.classSets[entry.classes];
  return (set?.names ?? []).map((name) => set?.canonical[name]);
}

/** Every canonical class a model can report. */
export function knownClasses(manifest: ModelManifest, entry: ModelEntry): ReadonlySet<ObjectClass> {
  return new Set(canonicalClasses(manifest, entry).filter((name) => name !== undefined));
}
