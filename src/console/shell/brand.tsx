import { useI18n } from '../i18n/i18n.tsx';
import { Icon } from '../ui/icons.tsx';

/** Mark and name. */
export function Brand() {
  const { t } = useI18n();
  return (
    <span className="brand">
      <Icon name="bridge" size={26} />
      <span className="brand-name">{t('app.title')}</span>
      <span className="brand-page">{t('app.subtitle')}</span>
    </span>
  );
}
