import { Skeleton } from 'antd';
import { type ReactNode, useState } from 'react';
import type { IntegrityCase, IntegrityDetail } from '../../../../contracts/integrity-case.ts';
import type { DeskError } from '../../../api/desk-error.ts';
import type { MessageKey } from '../../../i18n/en.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import type { LiveIncidents } from '../../../live/use-live-incidents.ts';
import { Copyable } from '../../../ui/copyable.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { IncidentReports, IncidentSteps } from './incident-history.tsx';
import { SettleForm } from './settle-form.tsx';
import { useIncident } from './use-incident.ts';

interface IncidentBodyProps {
  readonly incident: IntegrityCase;
  readonly incidents: LiveIncidents;
  readonly onSignedOut: () => void;
}

/** All of a case: what its kind means, its facts, who did what, its reports and the next step. */
export function IncidentBody({ incident, incidents, onSignedOut }: IncidentBodyProps) {
  const { t } = useI18n();
  const { detail, error, reload, show } = useIncident(incident, onSignedOut);
  const [refusal, setRefusal] = useState<DeskError>();
  const acted = (answer: IntegrityDetail) => {
    show(answer);
    incidents.learn(answer);
  };
  const told = (failure: DeskError | undefined) => {
    setRefusal(failure);
    if (failure === undefined) return;
    reload();
    incidents.refresh();
  };
  const next = detail?.actions[0];
  return (
    <div className="incident-body">
      <p>{t(`incident.kind.${incident.kind}.help`)}</p>
      <blockquote className="timeline-note">{incident.detail}</blockquote>
      <IncidentFacts incident={incident} />
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {detail === undefined && error === undefined && <Skeleton active title={false} paragraph={{ rows: 2 }} />}
      {detail !== undefined && (
        <>
          <IncidentSteps steps={detail.steps} />
          <IncidentReports reports={detail.reports} count={detail.count} />
          {next === undefined && detail.state !== 'resolved' && <p className="hint">{t('incident.notYours')}</p>}
        </>
      )}
      {refusal !== undefined && <ErrorNote error={refusal} onDismiss={() => setRefusal(undefined)} />}
      {next !== undefined && (
        <SettleForm id={incident.id} action={next} onActed={acted} onError={told} onSignedOut={onSignedOut} />
      )}
    </div>
  );
}

function IncidentFacts({ incident }: { readonly incident: IntegrityCase }) {
  const { t, time } = useI18n();
  const { node, sender, alerts } = incident;
  return (
    <dl className="facts">
      {node !== undefined && <Fact label="incident.node">{node}</Fact>}
      {sender !== undefined && (
        <Fact label="incident.sender">
          <Copyable value={sender} what={t('incident.sender')} />
        </Fact>
      )}
      {alerts !== undefined && (
        <Fact label="incident.alerts">{alerts.from === alerts.to ? alerts.from : `${alerts.from} – ${alerts.to}`}</Fact>
      )}
      <Fact label="incident.first">{time(incident.firstAt, 'full')}</Fact>
      <Fact label="incident.last">{time(incident.lastAt, 'full')}</Fact>
    </dl>
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
