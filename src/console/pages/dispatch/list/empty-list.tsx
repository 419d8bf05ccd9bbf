import { Button } from 'antd';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Icon } from '../../../ui/icons.tsx';

interface EmptyListProps {
  /** Tickets exist, the filter hides them. */
  readonly filtered: boolean;
  readonly live: boolean;
  readonly onShowAll: () => void;
}

/** Says why there is nothing to see, and whether that is as it should be. */
export function EmptyList({ filtered, live, onShowAll }: EmptyListProps) {
  const { t } = useI18n();
  if (filtered) {
    return (
      <div className="empty-list">
        <p>{t('list.emptyFilter')}</p>
        <Button onClick={onShowAll}>{t('list.showAll')}</Button>
      </div>
    );
  }
  return (
    <div className="empty-list">
      <Icon name="camera" size={40} />
      <h2>{t('list.empty.title')}</h2>
      <p>{t('list.empty.body')}</p>
      <p className={live ? 'empty-live' : 'empty-not-live'}>{t(live ? 'list.empty.live' : 'list.empty.notLive')}</p>
    </div>
  );
}
