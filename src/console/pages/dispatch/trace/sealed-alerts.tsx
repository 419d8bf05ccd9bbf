import type { Alert } from '../../../../domain/alert.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Copyable } from '../../../ui/copyable.tsx';

/** The alerts behind the ticket with their place in the node's hash chain and the key that signed them. */
export function SealedAlerts({ alerts }: { readonly alerts: readonly Alert[] }) {
  const { t, name, time } = useI18n();
  return (
    <section className="sealed-alerts">
      <h3>{t('trace.alerts')}</h3>
      <ul>
        {alerts.map((alert) => (
          <li key={alert.alertId}>
            <p>
              <strong>{name('kind', `alert.${alert.phase}`)}</strong>{' '}
              <span className="muted">{time(alert.observedAt, 'precise')}</span>
            </p>
            <p className="sealed-facts">
              <span>{t('trace.alertSequence', { node: alert.sequence.node, n: alert.sequence.n })}</span>
              <span>
                {t('trace.hash')} <Copyable value={alert.sequence.hash} what={t('copy.hash')} />
              </span>
              <span>
                {t('trace.previous')} <Copyable value={alert.sequence.prevHash} what={t('copy.hash')} />
              </span>
              <span>{t('trace.signedBy', { key: alert.signature.keyId })}</span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
