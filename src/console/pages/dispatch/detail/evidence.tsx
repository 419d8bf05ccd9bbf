import { useState } from 'react';
import type { TicketDetail } from '../../../../contracts/desk-api.ts';
import { evidenceUrl } from '../../../api/desk-client.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Copyable } from '../../../ui/copyable.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { EvidencePicture } from './evidence-picture.tsx';

type Item = TicketDetail['evidence'][number];

/** The proof: one picture large, the others beside it, each with the hash of its file and of what the camera sent. */
export function Evidence({ ticket }: { readonly ticket: TicketDetail }) {
  const { t, name } = useI18n();
  const items = ticket.evidence;
  const [chosen, setChosen] = useState<string>();
  const item = items.find((each) => each.sha256 === chosen) ?? defaultItem(items);
  return (
    <section className="panel evidence" aria-label={t('evidence.title')}>
      {item === undefined ? (
        <p className="evidence-none">{t('evidence.none')}</p>
      ) : (
        <>
          <EvidencePicture key={`${item.sha256}-${item.state}`} item={item} ticket={ticket} />
          <p className="evidence-hashes">
            <span>
              {t('evidence.file')} <Copyable value={item.sha256} what={t('copy.hash')} />
            </span>
            <span>
              {t('evidence.original')} <Copyable value={item.originalSha256} what={t('copy.hash')} />
            </span>
            <span className="muted">{Math.max(1, Math.round(item.bytes / 1000))} kB</span>
          </p>
        </>
      )}
      {items.length > 1 && (
        <ul className="evidence-strip">
          {items.map((each) => (
            <li key={`${each.alertId}-${each.kind}-${each.sha256}`}>
              <button type="button" aria-pressed={each === item} onClick={() => setChosen(each.sha256)}>
                {each.state === 'present' && each.mediaType.startsWith('image/') ? (
                  <img src={evidenceUrl(each.sha256)} alt="" loading="lazy" />
                ) : (
                  <span className="thumbnail-none">
                    <Icon name={each.mediaType.startsWith('video/') ? 'play' : 'picture'} size={20} />
                  </span>
                )}
                <span>{name('evidence', each.kind)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What decided the case first: the trigger, unless only other pictures are here yet. */
function defaultItem(items: readonly Item[]): Item | undefined {
  const present = items.filter((item) => item.state === 'present');
  const best = present.length > 0 ? present : items;
  return best.find((item) => item.kind === 'trigger') ?? best[0];
}
