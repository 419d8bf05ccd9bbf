import { useI18n } from '../../../i18n/i18n.tsx';
import { stepNote } from '../../../i18n/system-note.ts';
import { stageNameOf } from '../../../i18n/translate.ts';
import { formatDuration } from '../../../time/format.ts';
import { FactValue } from '../../../ui/fact-value.tsx';
import type { TraceLink } from './trace-chain.ts';

/** One line of the chain: how long after the one before, when, what, and its facts. */
export function TraceStepView({ link }: { readonly link: TraceLink }) {
  const { t, language, name, time } = useI18n();
  const { step, deltaMs } = link;
  const { phase, ...rest } = step.facts;
  const note = stepNote(language, step);
  const facts = note === undefined ? rest : { ...rest, note };
  return (
    <li>
      <span className="trace-delta" title={deltaMs !== undefined && deltaMs < 0 ? t('trace.clockSkew') : undefined}>
        {deltaMs === undefined ? '' : deltaMs < 0 ? formatDuration(deltaMs) : `+${formatDuration(deltaMs)}`}
      </span>
      <span className="trace-what">
        <strong>{stageNameOf(language, step.stage)}</strong>
        {typeof phase === 'string' && (
          <span className={`tag trace-phase phase-${phase}`}>{name('trace.phase', phase)}</span>
        )}
        <time dateTime={new Date(step.at).toISOString()} title={time(step.at, 'full')}>
          {time(step.at, 'precise')}
        </time>
      </span>
      <dl className="trace-facts">
        {Object.entries(facts).map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>
              <FactValue name={key} value={value} />
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
