import { useEffect, useRef } from 'react';
import type { IntegrityCase } from '../../../../contracts/integrity-case.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import type { LiveIncidents } from '../../../live/use-live-incidents.ts';
import { useDeskNow } from '../../../time/desk-clock.ts';
import { Icon } from '../../../ui/icons.tsx';
import { IncidentBody } from './incident-body.tsx';

interface IncidentItemProps {
  readonly incident: IntegrityCase;
  readonly unfolded: boolean;
  readonly onToggle: () => void;
  readonly incidents: LiveIncidents;
  readonly onSignedOut: () => void;
}

/** One case: what, where, how grave and how often in two lines; unfolded with all that is known and the next step. */
export function IncidentItem({ incident, unfolded, onToggle, incidents, onSignedOut }: IncidentItemProps) {
  const { t, name, age } = useI18n();
  const now = useDeskNow();
  const { id, kind, severity, state, node, sender, lastAt, count, detail } = incident;
  const whose = node ?? t('incident.ofGateway', { sender: sender?.slice(0, 8) ?? '?' });
  const item = useRef<HTMLLIElement>(null);
  const shownState = useRef(state);
  useEffect(() => {
    if (shownState.current === state) return;
    shownState.current = state;
    // A step moves the case down the list: whoever works on it goes with it.
    if (unfolded) item.current?.scrollIntoView({ block: 'nearest' });
  }, [state, unfolded]);
  return (
    <li
      ref={item}
      className={`incident incident-${state} severity-edge-${severity}`}
      data-incident={id}
      data-state={state}
    >
      <button
        type="button"
        className="incident-head"
        aria-expanded={unfolded}
        aria-controls={`incident-${id}`}
        onClick={onToggle}
      >
        <Icon name="fold" size={14} />
        <span className="incident-what">
          <span className="incident-line">
            <strong>{name('incident.kind', kind)}</strong>
            <span className="incident-number">#{incident.number}</span>
            <span className={`tag severity severity-${severity}`}>
              {t('detail.severity', { n: severity })} · {name('incident.severity', severity)}
            </span>
            <span className={`tag incident-state incident-state-${state}`}>{name('incident.state', state)}</span>
          </span>
          <span className="incident-line incident-where">
            <span>{whose}</span>
            <span>{t('incident.reports', { count })}</span>
            <time dateTime={new Date(lastAt).toISOString()}>{age(lastAt, now)}</time>
          </span>
          {!unfolded && <span className="incident-detail ellipsis">{detail}</span>}
        </span>
      </button>
      <div id={`incident-${id}`} hidden={!unfolded}>
        {unfolded && <IncidentBody incident={incident} incidents={incidents} onSignedOut={onSignedOut} />}
      </div>
    </li>
  );
}
