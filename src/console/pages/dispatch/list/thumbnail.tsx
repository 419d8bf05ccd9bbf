import { useState } from 'react';
import type { TicketSummary } from '../../../../contracts/desk-api.ts';
import { evidenceUrl } from '../../../api/desk-client.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Icon } from '../../../ui/icons.tsx';

/** The trigger picture, small; a placeholder while it is on its way or when it cannot be loaded. */
export function Thumbnail({ ticket }: { readonly ticket: TicketSummary }) {
  const { t } = useI18n();
  const [failed, setFailed] = useState<string>();
  const { picture, severity } = ticket;
  return (
    <span className="thumbnail">
      {picture === undefined || picture === failed ? (
        <span className="thumbnail-none" title={t(picture === undefined ? 'evidence.pending' : 'evidence.failed')}>
          <Icon name="picture" size={22} />
        </span>
      ) : (
        <img src={evidenceUrl(picture)} alt="" loading="lazy" decoding="async" onError={() => setFailed(picture)} />
      )}
      <span className="thumbnail-severity" title={t('detail.severity', { n: severity })}>
        {severity}
      </span>
    </span>
  );
}
