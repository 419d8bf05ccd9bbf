import type { TimelineEntry } from '../../../../contracts/desk-api.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { noteOf } from '../../../i18n/system-note.ts';
import { Copyable } from '../../../ui/copyable.tsx';
import { FactValue } from '../../../ui/fact-value.tsx';
import { StateTag } from '../../../ui/tags.tsx';

/** All that happened, newest first; every entry is an audit record and shows its hash. */
export function Timeline({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const { t } = useI18n();
  return (
    <section className="panel">
      <h3>{t('timeline.title')}</h3>
      <ol className="timeline">
        {entries.toReversed().map((entry) => (
          <TimelineItem key={entry.hash} entry={entry} />
        ))}
      </ol>
    </section>
  );
}

function TimelineItem({ entry }: { readonly entry: TimelineEntry }) {
  const { t, language, name, time } = useI18n();
  const note = noteOf(language, entry);
  const details = Object.entries(entry.details);
  return (
    <li className={`timeline-item timeline-${toneOf(entry)}`}>
      <p className="timeline-head">
        <time dateTime={new Date(entry.at).toISOString()} title={time(entry.at, 'full')}>
          {time(entry.at, 'precise')}
        </time>
        <Copyable value={entry.hash} what={t('timeline.record')} shown={8} />
      </p>
      <p className="timeline-what">
        <strong>{name('kind', entry.kind)}</strong>
        {entry.to !== undefined && (
          <span className="timeline-states">
            {entry.from !== undefined && entry.from !== entry.to && (
              <>
                <StateTag state={entry.from} /> <span aria-hidden="true">→</span>{' '}
              </>
            )}
            <StateTag state={entry.to} />
          </span>
        )}
      </p>
      <p className="timeline-actor">
        {entry.actor} · {name('role', entry.role)}
      </p>
      {note !== undefined && <blockquote className="timeline-note">{note}</blockquote>}
      {details.length > 0 && (
        <details className="timeline-details">
          <summary>{t('timeline.details')}</summary>
          <dl>
            {details.map(([key, value]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>
                  <FactValue name={key} value={value} />
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  );
}

function toneOf(entry: TimelineEntry): 'late' | 'camera' | 'person' | 'system' {
  if (entry.kind === 'sign.overdue') return 'late';
  if (entry.role === 'camera' || entry.role === 'system') return entry.role;
  return 'person';
}
