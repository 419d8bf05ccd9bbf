import { Alert, Button } from 'antd';
import { useState } from 'react';
import type { AuditReport } from '../../../../contracts/desk-api.ts';
import { desk } from '../../../api/desk-client.ts';
import { type DeskError, toDeskError } from '../../../api/desk-error.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Copyable } from '../../../ui/copyable.tsx';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { Icon } from '../../../ui/icons.tsx';

/** Has the desk recompute the audit log from its first record. */
export function AuditCheck() {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [report, setReport] = useState<AuditReport>();
  const [error, setError] = useState<DeskError>();
  const verify = () => {
    setBusy(true);
    setError(undefined);
    desk
      .verifyAudit()
      .then(setReport, (cause: unknown) => setError(toDeskError(cause)))
      .finally(() => setBusy(false));
  };
  return (
    <section className="audit-check">
      <Button icon={<Icon name="shield" />} loading={busy} onClick={verify}>
        {t('trace.verify')}
      </Button>
      {error !== undefined && <ErrorNote error={error} />}
      {report !== undefined && error === undefined && (
        <Alert
          type={report.verified ? 'success' : 'error'}
          showIcon
          title={t(report.verified ? 'trace.verified' : 'trace.notVerified', { records: report.records })}
          description={
            <>
              {t('trace.head')} <Copyable value={report.head} what={t('copy.hash')} />
              {report.integrityIncidents > 0 && (
                <p>{t('trace.integrityIncidents', { count: report.integrityIncidents })}</p>
              )}
              {report.problems.map((problem) => (
                <p key={problem}>{problem}</p>
              ))}
            </>
          }
        />
      )}
    </section>
  );
}
