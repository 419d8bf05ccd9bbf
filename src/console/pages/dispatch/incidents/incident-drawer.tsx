import { Drawer, Skeleton } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../../i18n/i18n.tsx';
import type { LiveIncidents } from '../../../live/use-live-incidents.ts';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { IncidentItem } from './incident-item.tsx';

interface IncidentDrawerProps {
  readonly open: boolean;
  readonly incidents: LiveIncidents;
  readonly onClose: () => void;
  readonly onSignedOut: () => void;
}

/** Everything that broke the proof, open cases first, and what was done about it. */
export function IncidentDrawer({ open, incidents, onClose, onSignedOut }: IncidentDrawerProps) {
  const { t } = useI18n();
  return (
    <Drawer
      open={open}
      onClose={onClose}
      title={t('incident.title')}
      closable={{ 'aria-label': t('incident.close') }}
      size={720}
      className="incident-drawer"
      destroyOnHidden
    >
      <p className="muted">{t('incident.lead')}</p>
      <IncidentList incidents={incidents} onSignedOut={onSignedOut} />
    </Drawer>
  );
}

type IncidentListProps = Pick<IncidentDrawerProps, 'incidents' | 'onSignedOut'>;

function IncidentList({ incidents, onSignedOut }: IncidentListProps) {
  const { t } = useI18n();
  const { book, error } = incidents;
  // The most pressing case lies open at once; it stays open when another overtakes it.
  const [unfolded, setUnfolded] = useState(() => book.cases.find(({ state }) => state === 'open')?.id);
  return (
    <>
      {error !== undefined && <ErrorNote error={error} onRetry={incidents.refresh} />}
      {!book.loaded && error === undefined && <Skeleton active paragraph={{ rows: 6 }} />}
      {book.loaded && book.cases.length === 0 && (
        <p className="incident-none">
          <Icon name="shield" size={28} />
          {t('incident.none')}
        </p>
      )}
      <ul className="incidents">
        {book.cases.map((incident) => (
          <IncidentItem
            key={incident.id}
            incident={incident}
            unfolded={incident.id === unfolded}
            onToggle={() => setUnfolded(incident.id === unfolded ? undefined : incident.id)}
            incidents={incidents}
            onSignedOut={onSignedOut}
          />
        ))}
      </ul>
      {book.unlistedOpen > 0 && <p className="hint">{t('incident.unlisted', { count: book.unlistedOpen })}</p>}
    </>
  );
}
