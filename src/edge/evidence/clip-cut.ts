import type { AccessUnit, VideoCodec } from '../../domain/access-unit.ts';
import type { UtcMs } from '../../domain/ids.ts';
import { parameterSetsOf } from './annex-b.ts';
import { clipTimeline, type TimedUnit } from './clip-timeline.ts';
import { type Mp4Sample, type Mp4Video, pictureSize } from './mp4-writer.ts';

/** A clip ready to be written. */
export interface ClipCut {
  readonly video: Mp4Video;
  /** The coded pictures in it, as they came. */
  readonly units: readonly AccessUnit[];
}

/** Pictures that one decoder shows without being set up anew. */
interface Part {
  readonly codec: VideoCodec;
  readonly size: string;
  readonly units: TimedUnit[];
  /** Distinct parameter sets. */
  readonly sets: Set<string>;
}

/**
 * Makes one video of what was kept around the moment `at`. It begins at a keyframe and keeps gaps as time. Where the camera
 * came back with pictures of another size or codec, only the side with the moment itself stays, and the comment says so.
 * Undefined where nothing decodes.
 */
export async function cutClip(units: readonly AccessUnit[], at: UtcMs): Promise<ClipCut | undefined> {
  const timeline = clipTimeline(units);
  const parts = await partsOf(timeline.units);
  const part = parts.findLast(({ units: [first] }) => first !== undefined && first.unit.receivedAt <= at) ?? parts[0];
  if (part === undefined) return undefined;
  const samples = samplesOf(part.units);
  const [first] = part.units;
  const startMs = first?.ptsMs ?? 0;
  const endMs = part.units.reduce((end, { ptsMs }) => Math.max(end, ptsMs), startMs);
  const notes = timeline.gaps
    .filter(({ atMs }) => atMs >= startMs && atMs < endMs)
    .map(({ atMs, ms }) => `no pictures for ${seconds(ms)} s from ${seconds(atMs - startMs)} s on`);
  if (parts.length > 1) notes.push(`cut where the camera changed to or from ${part.codec} ${part.size}`);
  return {
    video: {
      codec: part.codec,
      samples,
      setsInBand: part.sets.size > 1,
      comment: notes.length === 0 ? undefined : notes.join('; '),
    },
    units: part.units.map(({ unit }) => unit),
  };
}

async function partsOf(units: readonly TimedUnit[]): Promise<Part[]> {
  const parts: Part[] = [];
  /** By codec and parameter sets: a camera that sends the same ones with every keyframe is asked about once. */
  const sizes = new Map<string, string>();
  for (const timed of units) {
    const { codec, keyframe, data } = timed.unit;
    let part = parts.at(-1);
    if (keyframe) {
      const sets = parameterSetsOf(codec, data).toString('base64');
      const key = `${codec} ${sets}`;
      const size = sizes.get(key) ?? (await sizeOf(codec, data)) ?? part?.size ?? 'unknown';
      sizes.set(key, size);
      if (part === undefined || part.codec !== codec || part.size !== size) {
        part = { codec, size, units: [], sets: new Set() };
        parts.push(part);
      }
      part.sets.add(sets);
    }
    part?.units.push(timed);
  }
  return parts;
}

async function sizeOf(codec: VideoCodec, keyframe: Buffer): Promise<string | undefined> {
  const size = await pictureSize(codec, keyframe);
  return size && `${size.width}×${size.height}`;
}

/**
 * Decoding times are the times of showing in order, moved back by as much as the most delayed picture needs (H.264 §C.4):
 * a picture is never decoded after it is shown.
 */
function samplesOf(units: readonly TimedUnit[]): Mp4Sample[] {
  const shown = units.map(({ ptsMs }) => ptsMs);
  const ordered = shown.toSorted((a, b) => a - b);
  const startMs = ordered[0] ?? 0;
  const delayMs = ordered.reduce((most, ptsMs, index) => Math.max(most, ptsMs - (shown[index] ?? ptsMs)), 0);
  const steps = ordered.slice(1).map((ptsMs, index) => ptsMs - (ordered[index] ?? 0));
  const usualMs = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 40;
  return units.map(({ unit, ptsMs }, index) => ({
    data: unit.data,
    keyframe: unit.keyframe,
    ptsMs: ptsMs - startMs,
    dtsMs: (ordered[index] ?? ptsMs) - startMs - delayMs,
    durationMs: usualMs,
  }));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
