import { Alert, Drawer, Skeleton } from 'antd';
import { useCallback, useEffect, useState } from 'react';
import type { TicketDetail, TicketTrace } from '../../../../contracts/desk-api.ts';
import { desk } from '../../../api/desk-client.ts';
import { type DeskError, toDeskError } from '../../../api/desk-error.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { hrefOf } from '../../../route.ts';
import { formatDuration } from '../../../time/format.ts';
import { Copyable } from '../../../ui/copyable.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { AuditCheck } from './audit-check.tsx';
import { SealedAlerts } from './sealed-alerts.tsx';
import { traceLinks, traceTotalMs } from './trace-chain.ts';
import { TraceStepView } from './trace-step-view.tsx';

interface TraceDrawerProps {
  readonly ticket: TicketDetail;
  readonly open: boolean;
}

/** The provable chain of a ticket. Its place in the address makes it a link to send, and Back closes it. */
export function TraceDrawer({ ticket, open }: TraceDrawerProps) {
  const { t } = useI18n();
  return (
    <Drawer
      open={open}
      onClose={() => window.location.assign(hrefOf(ticket.id))}
      title={t('trace.title', { number: ticket.number })}
      closable={{ 'aria-label': t('trace.close') }}
      size={720}
      className="trace-drawer"
      destroyOnHidden
    >
      <TraceBody ticket={ticket} />
    </Drawer>
  );
}

function TraceBody({ ticket }: { readonly ticket: TicketDetail }) {
  const { t } = useI18n();
  const { trace, error, reload } = useTrace(ticket);
  if (error !== undefined) return <ErrorNote error={error} onRetry={reload} />;
  if (trace === undefined) return <Skeleton active paragraph={{ rows: 10 }} aria-label={t('trace.loading')} />;
  return (
    <>
      <p className="muted">{t('trace.lead')}</p>
      <p className="trace-parent">
        <span className="muted">{t('trace.traceparent')}</span>
        <Copyable value={trace.traceparent} what="traceparent" shown={64} />
      </p>
      <p className="trace-total">
        <strong>{formatDuration(traceTotalMs(trace.steps))}</strong> {t('trace.total')} ·{' '}
        {t('trace.steps', { count: trace.steps.length })}
      </p>
      {trace.problems.length > 0 && (
        <Alert
          type="error"
          showIcon
          title={t('trace.problems')}
          description={trace.problems.map((problem) => <p key={problem}>{problem}</p>)}
        />
      )}
      <ol className="trace">
        {traceLinks(trace.steps).map((link) => (
          <TraceStepView key={`${link.step.stage}-${link.step.at}-${JSON.stringify(link.step.facts)}`} link={link} />
        ))}
      </ol>
      <SealedAlerts alerts={trace.alerts} />
      <AuditCheck />
    </>
  );
}

function useTrace(ticket: TicketDetail) {
  const [trace, setTrace] = useState<TicketTrace>();
  const [error, setError] = useState<DeskError>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed ticket or a new attempt is the reason to load again
  useEffect(() => {
    const abort = new AbortController();
    desk.trace(ticket.id, abort.signal).then(
      (loaded) => {
        setTrace(loaded);
        setError(undefined);
      },
      (cause: unknown) => {
        if (!abort.signal.aborted) setError(toDeskError(cause));
      },
    );
    return () => abort.abort();
  }, [ticket.id, ticket.updatedAt, attempt]);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  return { trace, error, reload };
}
