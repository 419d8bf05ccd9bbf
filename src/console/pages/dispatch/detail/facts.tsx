import type { ReactNode } from 'react';
import type { TicketDetail } from '../../../../contracts/desk-api.ts';
import type { MessageKey } from '../../../i18n/en.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Copyable } from '../../../ui/copyable.tsx';
import { Icon } from '../../../ui/icons.tsx';

/** Where, whose and by which rule. */
export function Facts({ ticket }: { readonly ticket: TicketDetail }) {
  const { t, name, time } = useI18n();
  const { camera, routing } = ticket;
  const place = `${camera.lat.toFixed(5)}, ${camera.lon.toFixed(5)}`;
  const unrouted = <span className="muted">{t('facts.unrouted')}</span>;
  return (
    <section className="panel">
      <h3>{t('facts.title')}</h3>
      <dl className="facts">
        <Fact label="facts.camera">{camera.name}</Fact>
        <Fact label="facts.place">
          <a href={`geo:${camera.lat},${camera.lon}`} className="place">
            <Icon name="pin" size={14} /> {place}
          </a>
        </Fact>
        <Fact label="facts.station">{ticket.station ?? unrouted}</Fact>
        <Fact label="facts.division">{ticket.division}</Fact>
        <Fact label="facts.department">
          {ticket.department === undefined ? unrouted : name('department', ticket.department)}
        </Fact>
        {ticket.coDepartments.length > 0 && (
          <Fact label="facts.coDepartments">
            {ticket.coDepartments.map((department) => name('department', department)).join(' · ')}
          </Fact>
        )}
        {routing !== undefined && (
          <Fact label="facts.routing">
            <code>{routing.rule}</code>{' '}
            <span className="muted">{t('facts.routingVersion', { version: routing.version })}</span>
          </Fact>
        )}
        <Fact label="facts.received">{time(ticket.createdAt, 'full')}</Fact>
        <Fact label="facts.updated">{time(ticket.updatedAt, 'full')}</Fact>
        <Fact label="facts.incident">
          <Copyable value={ticket.incidentId} what={t('facts.incident')} shown={18} />
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ label, children }: { readonly label: MessageKey; readonly children: ReactNode }) {
  const { t } = useI18n();
  return (
    <div>
      <dt>{t(label)}</dt>
      <dd>{children}</dd>
    </div>
  );
}
