import { useEffect, useState } from 'react';
import type { Me } from '../../../contracts/desk-api.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { countByFilter } from '../../live/ticket-phase.ts';
import { useLiveIncidents } from '../../live/use-live-incidents.ts';
import { useLiveTickets } from '../../live/use-live-tickets.ts';
import { Header } from '../../shell/header.tsx';
import { IncidentBadge } from '../../shell/incident-badge.tsx';
import { useRoute } from '../../use-route.ts';
import { TicketDetailPane } from './detail/ticket-detail-pane.tsx';
import { IncidentDrawer } from './incidents/incident-drawer.tsx';
import { TicketListPane } from './list/ticket-list-pane.tsx';
import { NoTicket } from './no-ticket.tsx';

interface DispatchPageProps {
  readonly me: Me;
  readonly onSignOut: () => void;
  readonly onSignedOut: () => void;
}

/** A dispatcher's live desk: the list on the left, the chosen ticket on the right; on a phone one at a time. */
export function DispatchPage({ me, onSignOut, onSignedOut }: DispatchPageProps) {
  const { t } = useI18n();
  const route = useRoute();
  const incidents = useLiveIncidents(onSignedOut);
  const live = useLiveTickets(onSignedOut, incidents);
  const [showsIncidents, showIncidents] = useState(false);
  const waiting = countByFilter(live.book.order).waiting;
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${t('app.title')}`;
  }, [waiting, t]);
  return (
    <div className={`desk ${route.ticketId === undefined ? 'desk-at-list' : 'desk-at-ticket'}`}>
      <button type="button" className="skip-link" onClick={() => document.getElementById('ticket')?.focus()}>
        {t('app.skip')}
      </button>
      <Header me={me} stream={live.stream} onReconnect={live.reconnect} onSignOut={onSignOut}>
        <IncidentBadge incidents={incidents} onOpen={() => showIncidents(true)} />
      </Header>
      <TicketListPane live={live} selected={route.ticketId} />
      <main id="ticket" className="detail-pane" tabIndex={-1}>
        {route.ticketId === undefined ? (
          <NoTicket empty={live.book.loaded && live.book.order.length === 0} />
        ) : (
          <TicketDetailPane
            key={route.ticketId}
            id={route.ticketId}
            tracing={route.trace}
            summary={live.book.byId.get(route.ticketId)}
            onLearn={live.learn}
            onSignedOut={onSignedOut}
          />
        )}
      </main>
      <IncidentDrawer
        open={showsIncidents}
        incidents={incidents}
        onClose={() => showIncidents(false)}
        onSignedOut={onSignedOut}
      />
    </div>
  );
}
