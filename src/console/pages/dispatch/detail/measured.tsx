import type { Sighting } from '../../../../contracts/desk-api.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { measureText, placeText, speedText } from './measure-text.ts';

/** The main one and its next: a crowd is not a list. */
const shownSubjects = 6;

/** Where the subjects stood, how fast they went and what else the camera measured when it last saw them. */
export function Measured({ sighting }: { readonly sighting: Sighting }) {
  const { t, name, time } = useI18n();
  return (
    <section className="panel">
      <h3>{t('measured.title')}</h3>
      <dl className="facts">
        {sighting.subjects.slice(0, shownSubjects).map(({ class: kind, position, speed }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: subjects of one alert have no id of their own here, and their order stands
          <div key={index}>
            <dt>{name('object', kind)}</dt>
            <dd>
              {position !== undefined && (
                <a href={`geo:${position.lat},${position.lon};u=${position.errorM}`} className="place">
                  <Icon name="pin" size={14} /> {placeText(position)}
                </a>
              )}
              {speed !== undefined && <div>{speedText(speed)}</div>}
            </dd>
          </div>
        ))}
        {Object.entries(sighting.details).map(([measure, value]) => (
          <div key={measure}>
            <dt>{name('measure', measure)}</dt>
            <dd>{measureText(measure, value) ?? name('word', value)}</dd>
          </div>
        ))}
        <div>
          <dt>{t('measured.at')}</dt>
          <dd>{time(sighting.observedAt, 'full')}</dd>
        </div>
      </dl>
    </section>
  );
}
