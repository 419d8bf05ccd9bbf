import { useI18n } from '../../../i18n/i18n.tsx';
import type { StreamState } from '../../../live/event-stream.ts';

/** Warns that the list may be old while the stream is broken. */
export function StaleNote({ stream }: { readonly stream: StreamState }) {
  const { t, time } = useI18n();
  if (stream.kind !== 'retrying') return null;
  return (
    <p className="stale-note" role="status">
      {t('stream.stale', { time: time(stream.since, 'clock') })}
    </p>
  );
}
