import { useI18n } from '../../i18n/i18n.tsx';
import { Icon } from '../../ui/icons.tsx';

const way = ['detail.way.see', 'detail.way.cross', 'detail.way.act'] as const;

/** The right side before a ticket is chosen; on an empty desk it says how tickets come here. */
export function NoTicket({ empty }: { readonly empty: boolean }) {
  const { t } = useI18n();
  return (
    <div className="no-ticket">
      <Icon name="bridge" size={56} />
      <h2>{t(empty ? 'detail.way.title' : 'detail.none.title')}</h2>
      {empty ? (
        <ol className="way">
          {way.map((step) => (
            <li key={step}>{t(step)}</li>
          ))}
        </ol>
      ) : (
        <p>{t('detail.none.body')}</p>
      )}
    </div>
  );
}
