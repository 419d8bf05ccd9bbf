import { Skeleton } from 'antd';
import type { TicketDetail, TicketSummary } from '../../../../contracts/desk-api.ts';
import type { TicketId } from '../../../../domain/ids.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { hrefOf } from '../../../route.ts';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { TraceDrawer } from '../trace/trace-drawer.tsx';
import { ActionBar } from './action-bar.tsx';
import { DetailHead } from './detail-head.tsx';
import { Dispatches } from './dispatches.tsx';
import { Evidence } from './evidence.tsx';
import { Facts } from './facts.tsx';
import { Measured } from './measured.tsx';
import { Progress } from './progress.tsx';
import { Timeline } from './timeline.tsx';
import { useTicket } from './use-ticket.ts';

interface TicketDetailPaneProps {
  readonly id: TicketId;
  readonly tracing: boolean;
  readonly summary: TicketSummary | undefined;
  readonly onLearn: (ticket: TicketSummary) => void;
  readonly onSignedOut: () => void;
}

/** The chosen ticket: what happened, what to do next, what has been done. */
export function TicketDetailPane({ id, tracing, summary, onLearn, onSignedOut }: TicketDetailPaneProps) {
  const { t } = useI18n();
  const { detail, error, replace, reload } = useTicket(id, summary, onSignedOut);
  const acted = (next: TicketDetail) => {
    replace(next);
    onLearn(next);
  };
  return (
    <>
      <a className="back-link" href={hrefOf(undefined)}>
        <Icon name="back" /> {t('detail.back')}
      </a>
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {detail === undefined && error === undefined && (
        <Skeleton className="detail-skeleton" active paragraph={{ rows: 10 }} title aria-label={t('detail.loading')} />
      )}
      {detail !== undefined && (
        <article className="detail">
          <DetailHead ticket={detail} />
          <Progress ticket={detail} />
          <ActionBar ticket={detail} onActed={acted} onConflict={reload} onSignedOut={onSignedOut} />
          <div className="detail-columns">
            <div className="detail-main">
              <Evidence ticket={detail} />
              {detail.sighting !== undefined && <Measured sighting={detail.sighting} />}
              <Facts ticket={detail} />
            </div>
            <div className="detail-side">
              <Dispatches dispatches={detail.dispatches} />
              <Timeline entries={detail.timeline} />
            </div>
          </div>
          <TraceDrawer ticket={detail} open={tracing} />
        </article>
      )}
    </>
  );
}
