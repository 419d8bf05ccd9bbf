import { Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { copyText } from './copy-text.ts';
import { Icon } from './icons.tsx';

interface CopyableProps {
  readonly value: string;
  /** What it is, for the button's name: "hash". */
  readonly what?: string;
  /** Characters shown; the whole value is in the tooltip and is what gets copied. */
  readonly shown?: number;
}

/** A hash or id: shortened, monospaced, copied whole at a click. */
export function Copyable({ value, what, shown = 12 }: CopyableProps) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const text = value.length > shown ? `${value.slice(0, shown)}…` : value;
  return (
    <Tooltip title={copied ? t('copy.copied') : <span className="copyable-whole">{value}</span>}>
      <button
        type="button"
        className={text.length > 40 ? 'copyable copyable-long' : 'copyable'}
        aria-label={t('copy.copy', { what: what ?? t('copy.value') })}
        onClick={() => void copyText(value).then(setCopied)}
      >
        <code>{text}</code>
        <Icon name={copied ? 'check' : 'copy'} size={13} />
      </button>
    </Tooltip>
  );
}
