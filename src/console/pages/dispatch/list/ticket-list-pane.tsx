import { Segmented, Skeleton } from 'antd';
import { useState } from 'react';
import type { TicketId } from '../../../../domain/ids.ts';
import { listLimit } from '../../../api/desk-client.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { countByFilter, countOverdue, passes, type TicketFilter, ticketFilters } from '../../../live/ticket-phase.ts';
import type { LiveTickets } from '../../../live/use-live-tickets.ts';
import { useDeskNow } from '../../../time/desk-clock.ts';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { EmptyList } from './empty-list.tsx';
import { StaleNote } from './stale-note.tsx';
import { TicketList } from './ticket-list.tsx';

interface TicketListPaneProps {
  readonly live: LiveTickets;
  readonly selected: TicketId | undefined;
}

/** Heading, filter and list, with whatever hinders them said above. */
export function TicketListPane({ live, selected }: TicketListPaneProps) {
  const { t, name } = useI18n();
  const { book } = live;
  const [filter, setFilter] = useState<TicketFilter>('all');
  const overdue = countOverdue(book.order, useDeskNow());
  const counts = countByFilter(book.order);
  const shown = book.order.filter((ticket) => passes(filter, ticket));
  const { newest } = book;
  return (
    <section className="list-pane" aria-label={t('list.title')}>
      <div className="list-head">
        <h1>{t('list.title')}</h1>
        {overdue > 0 && <span className="overdue-count">{t('list.overdue', { count: overdue })}</span>}
      </div>
      <Segmented
        block
        name="filter"
        className="list-filter"
        aria-label={t('list.filter')}
        value={filter}
        onChange={setFilter}
        options={ticketFilters.map((value) => ({
          value,
          label: (
            <>
              {t(`list.filter.${value}`)} <span className="filter-count">{counts[value]}</span>
            </>
          ),
        }))}
      />
      <StaleNote stream={live.stream} />
      {live.error !== undefined && <ErrorNote error={live.error} onRetry={live.refresh} />}
      {shown.length > 0 && <TicketList tickets={shown} selected={selected} />}
      {shown.length === 0 && book.loaded && (
        <EmptyList
          filtered={book.order.length > 0}
          live={live.stream.kind === 'live'}
          onShowAll={() => setFilter('all')}
        />
      )}
      {!book.loaded && live.error === undefined && (
        <Skeleton className="list-skeleton" active paragraph={{ rows: 6 }} />
      )}
      {book.order.length >= listLimit && <p className="hint">{t('list.truncated', { count: book.order.length })}</p>}
      <p className="visually-hidden" aria-live="polite">
        {newest !== undefined &&
          t('list.new', {
            number: newest.number,
            scene: name('scene', newest.scene),
            camera: newest.camera.name,
          })}
      </p>
    </section>
  );
}
