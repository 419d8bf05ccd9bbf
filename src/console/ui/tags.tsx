import type { Severity } from '../../domain/scene-id.ts';
import type { TicketState } from '../../domain/ticket.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { phaseOf } from '../live/ticket-phase.ts';

/** A ticket's state, coloured by the group it belongs to. */
export function StateTag({ state }: { readonly state: TicketState }) {
  const { name } = useI18n();
  return <span className={`tag state-${phaseOf(state)}`}>{name('state', state)}</span>;
}

/** Severity as number and word: colour alone would not reach everybody. */
export function SeverityTag({ severity }: { readonly severity: Severity }) {
  const { t, name } = useI18n();
  return (
    <span className={`tag severity severity-${severity}`}>
      {t('detail.severity', { n: severity })} · {name('severity', severity)}
    </span>
  );
}

/** Somebody closed it without the camera's word. */
export function ClosedWithoutCameraTag() {
  const { t } = useI18n();
  return (
    <span className="tag tag-override" title={t('detail.closedWithoutCameraHint')}>
      {t('detail.closedWithoutCamera')}
    </span>
  );
}

/** The camera reports that the scene has cleared. */
export function ClearedTag() {
  const { t } = useI18n();
  return (
    <span className="tag tag-cleared" title={t('detail.clearedHint')}>
      {t('detail.cleared')}
    </span>
  );
}
