import { Tooltip } from 'antd';
import { useI18n } from '../i18n/i18n.tsx';
import { countOpen, gravestOpen } from '../live/incident-book.ts';
import type { LiveIncidents } from '../live/use-live-incidents.ts';
import { Icon } from '../ui/icons.tsx';

interface IncidentBadgeProps {
  readonly incidents: LiveIncidents;
  readonly onOpen: () => void;
}

/** Whether the proof holds: how many integrity incidents are open, in the colour of the gravest; opens their list. */
export function IncidentBadge({ incidents, onOpen }: IncidentBadgeProps) {
  const { t } = useI18n();
  const { book, error, withheld } = incidents;
  if (withheld || (!book.loaded && error === undefined)) return null;
  const open = countOpen(book);
  const acknowledged = book.cases.filter(({ state }) => state === 'acknowledged').length;
  const { look, text } = (() => {
    if (open > 0)
      return { look: `severity-${gravestOpen(book) ?? 1}`, text: t('incident.badge.open', { count: open }) };
    if (error !== undefined) return { look: 'unknown', text: t('incident.badge.unknown') };
    if (acknowledged > 0) return { look: 'quiet', text: t('incident.badge.inHand', { count: acknowledged }) };
    return { look: 'good', text: t('incident.badge.none') };
  })();
  return (
    <span className="incident-status" role="status">
      <Tooltip title={t(look === 'good' ? 'incident.badge.noneHint' : 'incident.badge.hint')}>
        <button
          type="button"
          className={`incident-badge incident-badge-${look}`}
          data-incidents={open}
          onClick={onOpen}
        >
          <Icon name={look === 'good' || look === 'quiet' ? 'shield' : 'alarm'} size={15} />
          <span className="incident-badge-text">{text}</span>
        </button>
      </Tooltip>
    </span>
  );
}
