import { memo } from 'react';
import type { TicketSummary } from '../../../../contracts/desk-api.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { hrefOf } from '../../../route.ts';
import { useDeskNow } from '../../../time/desk-clock.ts';
import { SignClockView } from '../../../ui/sign-clock-view.tsx';
import { ClearedTag, StateTag } from '../../../ui/tags.tsx';
import { Thumbnail } from './thumbnail.tsx';

interface TicketRowProps {
  readonly ticket: TicketSummary;
  readonly selected: boolean;
}

/** One ticket in the list. */
export const TicketRow = memo(function TicketRow({ ticket, selected }: TicketRowProps) {
  const { name, t } = useI18n();
  const department = ticket.department === undefined ? undefined : name('department', ticket.department);
  const owner = [ticket.station, department].filter((part) => part !== undefined).join(' · ');
  return (
    <a
      className={`row severity-edge-${ticket.severity}`}
      href={hrefOf(ticket.id)}
      aria-current={selected ? 'true' : undefined}
      data-ticket={ticket.id}
    >
      <Thumbnail ticket={ticket} />
      <span className="row-body">
        <span className="row-line">
          <strong className="row-scene">{name('scene', ticket.scene)}</strong>
          <span className="row-number">#{ticket.number}</span>
        </span>
        <span className="row-line row-camera">
          <span className="ellipsis">{ticket.camera.name}</span>
          <Age at={ticket.createdAt} />
        </span>
        <span className="row-line row-owner">
          <span className="ellipsis">{owner === '' ? t('facts.unrouted') : owner}</span>
        </span>
        <span className="row-line row-tags">
          <StateTag state={ticket.state} />
          {ticket.cleared && <ClearedTag />}
          <SignClockView ticket={ticket} />
        </span>
      </span>
    </a>
  );
});

function Age({ at }: { readonly at: number }) {
  const { age, time } = useI18n();
  return (
    <time className="row-age" dateTime={new Date(at).toISOString()} title={time(at, 'full')}>
      {age(at, useDeskNow())}
    </time>
  );
}
