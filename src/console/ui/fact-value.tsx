import { useI18n } from '../i18n/i18n.tsx';
import { Copyable } from './copyable.tsx';

/** A value from a record: times by its key (`…At`), hashes and ids short, the rest as it is. */
export function FactValue({ name, value }: { readonly name: string; readonly value: unknown }) {
  const { time } = useI18n();
  if (name.endsWith('At') && typeof value === 'number') {
    return <time dateTime={new Date(value).toISOString()}>{time(value, 'precise')}</time>;
  }
  if (isLongToken(value)) return <Copyable value={value} what={name} shown={16} />;
  return <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>;
}

function isLongToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\w+/=:-]{24,}$/.test(value);
}
