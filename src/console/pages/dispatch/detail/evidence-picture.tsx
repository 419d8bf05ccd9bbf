import { Image } from 'antd';
import { useState } from 'react';
import type { TicketDetail } from '../../../../contracts/desk-api.ts';
import type { WithheldEvidence } from '../../../../contracts/withheld-evidence.ts';
import { evidenceUrl } from '../../../api/desk-client.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Icon } from '../../../ui/icons.tsx';

interface EvidencePictureProps {
  readonly item: TicketDetail['evidence'][number];
  readonly ticket: TicketDetail;
}

/** One evidence file, large: a picture to enlarge, a clip to play, or the reason why it is not here. */
export function EvidencePicture({ item, ticket }: EvidencePictureProps) {
  const { t, name } = useI18n();
  const [failed, setFailed] = useState(false);
  const kind = name('evidence', item.kind);
  const url = evidenceUrl(item.sha256);
  const alt = t('evidence.alt', { kind, scene: name('scene', ticket.scene), camera: ticket.camera.name });
  if (item.state === 'withheld') return <Withheld kind={kind} reason={item.withheld ?? 'not-redacted'} />;
  if (item.state === 'pending' || failed) return <Missing kind={kind} failed={failed} />;
  return (
    <div className="evidence-large">
      {item.mediaType.startsWith('video/') ? (
        // biome-ignore lint/a11y/useMediaCaption: surveillance footage has no sound and no words to caption
        <video src={url} controls preload="metadata" onError={() => setFailed(true)} />
      ) : (
        <Image src={url} alt={alt} preview={{ cover: t('evidence.zoom') }} onError={() => setFailed(true)} />
      )}
      <span className="evidence-kind">{kind}</span>
    </div>
  );
}

function Withheld({ kind, reason }: { readonly kind: string; readonly reason: WithheldEvidence['reason'] }) {
  const { t } = useI18n();
  return (
    <div className="evidence-large evidence-missing" data-evidence="withheld">
      <Icon name="picture" size={44} />
      <strong>{t('evidence.withheld')}</strong>
      <span>{t(`evidence.withheld.${reason}`)}</span>
      <span className="evidence-kind">{kind}</span>
    </div>
  );
}

function Missing({ kind, failed }: { readonly kind: string; readonly failed: boolean }) {
  const { t } = useI18n();
  return (
    <div className="evidence-large evidence-missing" data-evidence={failed ? 'failed' : 'pending'}>
      <Icon name="picture" size={44} />
      <strong>{t(failed ? 'evidence.failed' : 'evidence.pending')}</strong>
      {!failed && <span>{t('evidence.pendingHelp')}</span>}
      <span className="evidence-kind">{kind}</span>
    </div>
  );
}
