import type { DispatchView } from '../../../../contracts/desk-api.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { formatDuration } from '../../../time/format.ts';

/** To whom the ticket went, each dispatch with its own clock. */
export function Dispatches({ dispatches }: { readonly dispatches: readonly DispatchView[] }) {
  const { t } = useI18n();
  return (
    <section className="panel">
      <h3>{t('dispatch.title')}</h3>
      {dispatches.length === 0 && <p className="muted">{t('dispatch.none')}</p>}
      <ul className="dispatches">
        {dispatches.map((dispatch) => (
          <DispatchItem key={dispatch.id} dispatch={dispatch} />
        ))}
      </ul>
    </section>
  );
}

function DispatchItem({ dispatch }: { readonly dispatch: DispatchView }) {
  const { t, name, time } = useI18n();
  const { signedAt, overdueAt } = dispatch;
  return (
    <li>
      <strong>{dispatch.station}</strong> · {name('department', dispatch.department)}
      <span className="dispatch-times">
        <span>{t('dispatch.assigned', { time: time(dispatch.assignedAt, 'clock') })}</span>
        {signedAt === undefined ? (
          <span>{t('dispatch.due', { time: time(dispatch.signDueAt, 'clock') })}</span>
        ) : (
          <span className={signedAt > dispatch.signDueAt ? 'text-late' : 'text-good'}>
            {t('dispatch.signed', { duration: formatDuration(signedAt - dispatch.assignedAt) })}
          </span>
        )}
        {overdueAt !== undefined && (
          <span className="text-late">{t('dispatch.overdue', { time: time(overdueAt, 'clock') })}</span>
        )}
      </span>
    </li>
  );
}
