import type { IntegrityDetail } from '../../../../contracts/integrity-case.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Copyable } from '../../../ui/copyable.tsx';

/** Who acknowledged and resolved a case, with their words; every step is an audit record and shows its hash. */
export function IncidentSteps({ steps }: Pick<IntegrityDetail, 'steps'>) {
  const { t, name, time } = useI18n();
  if (steps.length === 0) return null;
  return (
    <ol className="timeline">
      {steps.map((step) => (
        <li key={step.hash} className="timeline-item timeline-person">
          <p className="timeline-head">
            <time dateTime={new Date(step.at).toISOString()}>{time(step.at, 'full')}</time>
            <Copyable value={step.hash} what={t('timeline.record')} shown={8} />
          </p>
          <p className="timeline-what">
            <strong>{name('incident.state', step.step)}</strong>
            <span className="timeline-actor">
              {step.actor} · {name('role', step.role)}
            </span>
          </p>
          {step.note !== undefined && <blockquote className="timeline-note">{step.note}</blockquote>}
        </li>
      ))}
    </ol>
  );
}

interface IncidentReportsProps extends Pick<IntegrityDetail, 'reports'> {
  /** How many there are in all; the desk sends the newest. */
  readonly count: number;
}

/** What was reported of a case, newest first. One report alone is the case itself. */
export function IncidentReports({ reports, count }: IncidentReportsProps) {
  const { t, name, time } = useI18n();
  if (reports.length < 2) return null;
  return (
    <details className="incident-reports">
      <summary>
        {t(reports.length < count ? 'incident.newestReports' : 'incident.allReports', { shown: reports.length, count })}
      </summary>
      <ul>
        {reports.map((report) => (
          <li key={`${report.at}-${report.kind}-${report.detail}`}>
            <span className="muted">
              <time dateTime={new Date(report.at).toISOString()}>{time(report.at, 'full')}</time> ·{' '}
              {name('incident.kind', report.kind)}
            </span>
            <p>{report.detail}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}
