import type { LookOutcome } from '../../domain/look.ts';
import type { Severity } from '../../domain/scene-id.ts';
import type { Metrics } from '../../lib/metrics.ts';
import { type ClassAdmission, severities } from './admit.ts';
import type { DueCounts, MissedCause } from './due-account.ts';
import type { ScheduleStatus } from './schedule-status.ts';

/** What became of a picture: of a look, or why there was none. */
export type LookResult = LookOutcome['result'] | 'replaced' | 'shed';

/** The scheduler's metrics. */
export class ScheduleMetrics {
  readonly #m;
  readonly #told = new Map<string, number>();

  constructor(metrics: Metrics) {
    const counter = <L extends string>(name: string, help: string, labels: readonly L[]) =>
      metrics.counter(`maplebridge_schedule_${name}`, help, labels);
    const gauge = <L extends string = never>(name: string, help: string, labels: readonly L[] = []) =>
      metrics.gauge(`maplebridge_schedule_${name}`, help, labels);
    this.#m = {
      looks: counter('looks_total', 'Pictures by what became of them.', ['severity', 'result']),
      due: counter('due_total', 'Looks that were due by what the scenes ask for.', ['severity']),
      onTime: counter('on_time_total', 'Of these, those taken and decided in time.', ['severity']),
      missed: counter('missed_total', 'Of these, those that were not taken in time.', ['severity', 'cause']),
      lateness: metrics.latency(
        'maplebridge_schedule_lateness_seconds',
        'How long after its deadline a look was decided; 0 in time.',
        ['severity'],
      ),
      utilisation: gauge('utilisation', 'Share of the threads’ time that is used.', ['resource']),
      usable: gauge('usable_capacity', 'Share of the planned capacity that looks have shown to be there.'),
      stretch: gauge('stretch', 'How many times longer look intervals are than asked for; 0: shed.', ['severity']),
      shed: gauge('shed_cameras', 'Cameras that are not looked at because there is no room.', ['severity']),
      waiting: gauge('waiting', 'Cameras whose newest picture waits to be looked at.'),
      underWay: gauge('under_way', 'Looks under way.'),
    };
  }

  result(severity: Severity, result: LookResult): void {
    this.#m.looks.inc({ severity, result });
  }

  late(severity: Severity, ms: number): void {
    this.#m.lateness.observe({ severity }, Math.max(0, ms) / 1000);
  }

  /** Brings everything that is not counted at once up to date. */
  update(status: ScheduleStatus, plan: readonly ClassAdmission[], due: Readonly<Record<Severity, DueCounts>>): void {
    this.#m.utilisation.set({ resource: 'decoder' }, status.utilisation.decoder);
    this.#m.utilisation.set({ resource: 'detector' }, status.utilisation.detector);
    this.#m.usable.set(status.usable);
    this.#m.waiting.set(status.waiting);
    this.#m.underWay.set(status.decoding + status.undecided);
    for (const { severity, stretch, share } of plan) this.#m.stretch.set({ severity }, share === 0 ? 0 : stretch);
    for (const severity of severities) {
      this.#m.shed.set({ severity }, status.classes[severity].shed);
      const { due: all, onTime, missed } = due[severity];
      this.#m.due.inc({ severity }, this.#since(`due${severity}`, all));
      this.#m.onTime.inc({ severity }, this.#since(`onTime${severity}`, onTime));
      for (const cause of Object.keys(missed) as MissedCause[]) {
        this.#m.missed.inc({ severity, cause }, this.#since(`${cause}${severity}`, missed[cause]));
      }
    }
  }

  #since(key: string, value: number): number {
    const before = this.#told.get(key) ?? 0;
    this.#told.set(key, value);
    return value - before;
  }
}
