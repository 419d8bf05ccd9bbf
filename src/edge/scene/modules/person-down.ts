import { z } from 'zod';
import { type Box, centre } from '../../../domain/geometry.ts';
import type { ObjectClass } from '../../../domain/object-class.ts';
import type { SceneHit } from '../../../domain/scene-event.ts';
import { durationMs } from '../../../lib/config.ts';
import { commonSceneFields } from '../common-config.ts';
import { hoursSchema } from '../rule/hours.ts';
import { type Posture, Postures, widthByHeight } from '../rule/postures.ts';
import type { RuleTrace } from '../rule/rule-trace.ts';
import { inUniform } from '../rule/staff.ts';
import { hitOf, type Stay, ZoneStays } from '../rule/zone-stays.ts';
import type { Look, SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['person'];

const ratio = (fallback: number, description: string) =>
  z.number().min(1).max(5).default(fallback).meta({ description });

/** Configuration of `person_down`. */
export const personDownSchema = z.strictObject({
  ...commonSceneFields,
  dwellMs: durationMs({ min: 1_000, max: 600_000, default: 10_000, help: 'How long somebody must lie still.' }),
  minWidthByHeight: ratio(1.2, 'A person whose box is this many times as wide as high, in pixels, lies.'),
  minHeightByWidth: ratio(1.2, 'A person whose box is this many times as high as wide, in pixels, is upright.'),
  proneScore: z.number().min(0).max(1).default(0.5).meta({
    description: 'Or of whom a model says so with this score, 0–1, where one tells postures.',
  }),
  minLengthShare: z.number().min(0).max(1).default(0.5).meta({
    description: 'Who lies is at least this long, as a share of the height it stood: half-hidden people are shorter.',
  }),
  maxDrift: z.number().positive().max(2).default(0.3).meta({
    description: 'Who moved by more than this share of its own length does not lie still.',
  }),
  fallWithinMs: durationMs({
    min: 1_000,
    max: 60_000,
    default: 10_000,
    help: 'Somebody who lies fell if upright no longer ago than this; who came lying or lay down slowly did not.',
  }),
  fallLinkMs: durationMs({
    min: 0,
    max: 60_000,
    default: 5_000,
    help: 'Who appears where somebody upright vanished no longer ago than this is the same person.',
  }),
  workHours: hoursSchema.min(1).optional().meta({
    description: 'Hours in which people work there lying or crouching, as under vehicles. None unless given.',
  }),
  uniformsWork: z.boolean().default(true).meta({
    description: 'Who lies in uniform is at work, where a model tells uniforms.',
  }),
});

/**
 * 人员倒地: somebody falls and lies still (design: scenes.md, 12). Beds and benches on which people sleep belong in
 * `exclude`.
 */
export const personDown: SceneModule<typeof personDownSchema> = {
  id: 'person_down',
  version: 'person_down/2',
  classes,
  severity: 1,
  // Somebody there is watched at the pace of a fall, which takes about a second.
  looks: { idleMs: 2_000, busyMs: 500 },
  schema: personDownSchema,
  reasons: {
    'not-lying': {
      en: 'does not lie: {widthByHeight} times as wide as high, {needed} needed',
      zh: '未倒地：宽高比 {widthByHeight}，需 {needed}',
    },
    'no-fall': { en: 'lies, but was not seen upright before', zh: '躺卧，但此前未见站立（无跌倒过程）' },
    stirs: { en: 'moved by {drift} of its length, {most} is lying still', zh: '移动了自身长度的 {drift}，超过 {most}' },
    lies: { en: 'fell and lies still for {dwellMs} of {neededMs}', zh: '跌倒后静止 {dwellMs}，需 {neededMs}' },
    fell: {
      en: 'fell and lies still for {dwellMs}, {neededMs} is enough',
      zh: '跌倒后静止 {dwellMs}，达到 {neededMs}',
    },
    'at-work': { en: 'lies at work: the hours of work', zh: '作业时段，视为作业人员' },
    'in-uniform': { en: 'lies at work: in uniform', zh: '着制服，视为作业人员' },
  },
  createRule(config, around) {
    const stays = new ZoneStays(classes, config, around);
    const postures = new Postures(config);

    /** The stay lasts as long as the person lies still: anything else begins it anew. */
    const keepStill = (stay: Stay, posture: Posture | undefined, look: Look, trace?: RuleTrace) => {
      const begins = posture?.downSince === undefined || posture.downSince === look.at;
      const moved = begins ? 0 : drift(stay.reference, stay.track.box, look.aspect);
      if (!begins && (moved <= config.maxDrift || posture.still === true)) return;
      stay.dwell.restart(look.at);
      stay.reference = stay.track.box;
      if (begins) return;
      const values = { drift: moved, most: config.maxDrift };
      trace?.note({ verdict: 'waits', code: 'stirs', zone: stay.zone.id, track: stay.track.id, values });
    };

    const judge = (stay: Stay, look: Look, trace?: RuleTrace): SceneHit[] => {
      const { track, zone, dwell } = stay;
      const about = { zone: zone.id, track: track.id };
      const posture = postures.of(track.id);
      if (posture?.now !== 'lying') {
        const values = trace && {
          widthByHeight: widthByHeight(track.box, look.aspect),
          needed: config.minWidthByHeight,
        };
        trace?.note({ ...about, verdict: 'waits', code: 'not-lying', values });
        return [];
      }
      if (posture.fellMs === undefined) {
        trace?.note({ ...about, verdict: 'ignored', code: 'no-fall' });
        return [];
      }
      const values = { dwellMs: dwell.dwellMs, neededMs: config.dwellMs };
      if (dwell.dwellMs < config.dwellMs) {
        trace?.note({ ...about, verdict: 'waits', code: 'lies', values });
        return [];
      }
      posture.still = true;
      if (config.uniformsWork && inUniform(track)) {
        trace?.note({ ...about, verdict: 'suppressed', code: 'in-uniform' });
        return [];
      }
      if (config.workHours !== undefined && around.calendar.isWithin(config.workHours, look.at)) {
        trace?.note({ ...about, verdict: 'suppressed', code: 'at-work' });
        return [];
      }
      trace?.note({ ...about, verdict: 'fires', code: 'fell', values });
      const { prone } = track.attributes ?? {};
      const details = {
        widthByHeight: Math.round(widthByHeight(track.box, look.aspect) * 100) / 100,
        fellMs: posture.fellMs,
        ...(prone !== undefined && { prone }),
      };
      return [{ ...hitOf(stay), details }];
    };

    return {
      resume(hits) {
        stays.resume(hits);
        postures.resume(hits);
      },
      pending: () =>
        stays.pending(({ track }) => {
          const { downSince, fellMs } = postures.of(track.id) ?? {};
          return downSince === undefined || fellMs === undefined ? undefined : config.dwellMs;
        }),
      save: () => ({ stays: stays.save(), postures: postures.save() }),
      restore(saved) {
        const state = saved as { stays: ReturnType<ZoneStays['save']>; postures: ReturnType<Postures['save']> };
        stays.restore(state.stays);
        postures.restore(state.postures);
      },
      evaluate(look, trace) {
        postures.update(look);
        const sure = new Set(stays.update(look, trace));
        const present = [...stays.all].filter((stay) => stay.present);
        for (const stay of present) keepStill(stay, postures.of(stay.track.id), look, trace);
        // Who was sure upright is sure lying, under whatever id and however badly seen.
        const judged = present.filter((stay) => sure.has(stay) || postures.of(stay.track.id)?.sure === true);
        return judged.flatMap((stay) => judge(stay, look, trace));
      },
    };
  },
};

/** How far a box moved, in units of its longer side on the picture. */
function drift(from: Box, to: Box, aspect: number): number {
  const [fromX, fromY] = centre(from);
  const [toX, toY] = centre(to);
  const length = Math.max((to[2] - to[0]) * aspect, to[3] - to[1]);
  return length > 0 ? Math.hypot((toX - fromX) * aspect, toY - fromY) / length : Number.POSITIVE_INFINITY;
}
