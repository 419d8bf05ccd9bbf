import { Tooltip } from 'antd';
import { useI18n } from '../i18n/i18n.tsx';
import type { StreamState } from '../live/event-stream.ts';
import { useDeskNow } from '../time/desk-clock.ts';

interface ConnectionProps {
  readonly stream: StreamState;
  readonly onReconnect: () => void;
}

/** Whether what is on the screen is live; while it is not, a button that tries at once. */
export function Connection({ stream, onReconnect }: ConnectionProps) {
  const { t } = useI18n();
  useDeskNow(); // The countdown to the next attempt moves every second.
  const text =
    stream.kind === 'retrying'
      ? t('stream.retrying', { seconds: Math.max(0, Math.ceil((stream.at - Date.now()) / 1000)) })
      : t(`stream.${stream.kind}`);
  return (
    <span className={`connection connection-${stream.kind}`} role="status" data-stream={stream.kind}>
      <Tooltip title={t(`stream.help.${stream.kind}`)}>
        <span className="connection-text">
          <span className="connection-dot" />
          {text}
        </span>
      </Tooltip>
      {stream.kind === 'retrying' && (
        <button type="button" className="link-button" onClick={onReconnect}>
          {t('stream.retryNow')}
        </button>
      )}
    </span>
  );
}
