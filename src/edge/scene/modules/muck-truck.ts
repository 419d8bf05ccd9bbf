import { z } from 'zod';
import type { ObjectClass } from '../../../domain/object-class.ts';
import { commonSceneFields } from '../common-config.ts';
import { type Crosser, Crossers, crossingHit } from '../rule/crossers.ts';
import { hoursSchema } from '../rule/hours.ts';
import { permitFor, permitsSchema } from '../rule/permits.ts';
import type { RuleNote, RuleTrace } from '../rule/rule-trace.ts';
import { Subjects } from '../rule/subjects.ts';
import { UncoveredLoads, uncoveredFields, uncoveredReasons } from '../rule/uncovered-loads.ts';
import type { SceneModule } from '../scene-module.ts';

const classes: readonly ObjectClass[] = ['truck', 'uncovered_load'];

/** Configuration of `muck_truck`. */
export const muckTruckSchema = z
  .strictObject({
    ...commonSceneFields,
    zones: commonSceneFields.zones.meta({
      description: "Ids of the camera's zones: gate lines for barred hours, polygons for uncovered loads.",
    }),
    // Most cities let them drive by night.
    barredHours: hoursSchema
      .min(1)
      .default([{ from: '06:00', to: '22:00' }])
      .meta({ description: 'Hours in which no truck may cross a gate line; 06:00 to 22:00 unless given.' }),
    permits: permitsSchema
      .default([])
      .meta({ description: 'Who may cross in barred hours all the same. Loads must be covered with a permit too.' }),
    ...uncoveredFields,
  })
  .superRefine(({ zones, permits, uncoveredFrames, uncoveredOf }, context) => {
    if (uncoveredFrames > uncoveredOf) {
      const message = `more frames than the ${uncoveredOf} looks they are counted in (uncoveredOf)`;
      context.addIssue({ code: 'custom', path: ['uncoveredFrames'], message });
    }
    for (const [index, { gates = [] }] of permits.entries()) {
      for (const [at, gate] of gates.entries()) {
        if (zones.includes(gate)) continue;
        const message = `"${gate}" is not among the zones of the scene: ${zones.join(', ')}`;
        context.addIssue({ code: 'custom', path: ['permits', index, 'gates', at], message });
      }
    }
  });

interface SavedRule {
  readonly crossers: ReturnType<Crossers['save']>;
  readonly loads: ReturnType<UncoveredLoads['save']>;
}

/**
 * 渣土车违规: a truck crosses a gate line in barred hours, or carries an uncovered load through a polygon (design:
 * scenes.md, 13). Each truck is a case of its own.
 */
export const muckTruck: SceneModule<typeof muckTruckSchema> = {
  id: 'muck_truck',
  version: 'muck_truck/2',
  classes,
  severity: 3,
  // A truck is at the gate for some ten seconds, and has to be seen on three looks.
  looks: { idleMs: 4_000, busyMs: 1_000 },
  schema: muckTruckSchema,
  reasons: {
    ...uncoveredReasons,
    'not-crossed': { en: 'has not crossed a gate line', zh: '未越过卡口线' },
    'crossed-barred': {
      en: 'crossed in barred hours, direction {direction}',
      zh: '禁行时段越过卡口，方向 {direction}',
    },
    'crossed-allowed': { en: 'crossed outside the barred hours', zh: '非禁行时段越过卡口' },
    permitted: { en: 'crossed under the permit of {company}', zh: '持证通行：{company}' },
  },
  createRule(config, around) {
    const lines = around.zones.filter(({ kind }) => kind === 'line');
    const polygons = around.zones.some(({ kind }) => kind === 'polygon');
    const trucks = new Subjects(['truck'], config, around.exclusions);
    const crossers = new Crossers(around.zones, config);
    const loads = new UncoveredLoads(config, around);

    const verdictOn = ({ zone, direction, fromAt }: Crosser): Omit<RuleNote, 'zone' | 'track'> => {
      if (!around.calendar.isWithin(config.barredHours, fromAt)) return { verdict: 'ignored', code: 'crossed-allowed' };
      const permit = permitFor(config.permits, zone.id, fromAt, around.calendar);
      if (permit === undefined) return { verdict: 'fires', code: 'crossed-barred', values: { direction } };
      return { verdict: 'suppressed', code: 'permitted', values: { company: permit.company } };
    };
    // Where there are polygons the loads' stays tell of subjects that do not count.
    const untold = (trace: RuleTrace | undefined) => (polygons ? undefined : trace);

    return {
      resume(hits) {
        crossers.resume(hits);
        loads.resume(hits);
      },
      pending: () => loads.pending(),
      save: (): SavedRule => ({ crossers: crossers.save(), loads: loads.save() }),
      restore(saved) {
        const before = saved as SavedRule;
        crossers.restore(before.crossers);
        loads.restore(before.loads);
      },
      evaluate(look, trace) {
        const uncovered = polygons ? loads.update(look, trace) : [];
        if (lines.length === 0) return uncovered;
        const seen = trucks.seen(look, untold(trace));
        const beyond = crossers.update(seen, look.at);
        if (trace !== undefined) {
          const crossed = new Set(beyond.map(({ track }) => track));
          for (const track of seen) {
            if (!crossed.has(track)) trace.note({ verdict: 'waits', code: 'not-crossed', track: track.id });
          }
        }
        const crossings = beyond.filter((crosser) => {
          if (!trucks.isSure(crosser.track, untold(trace))) return false;
          const found = verdictOn(crosser);
          trace?.note({ ...found, zone: crosser.zone.id, track: crosser.track.id });
          return found.verdict === 'fires';
        });
        return [...uncovered, ...crossings.map((each) => crossingHit(each, { violation: 'barred-hours' }))];
      },
    };
  },
};
