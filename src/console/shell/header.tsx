import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { Me } from '../../contracts/desk-api.ts';
import { useI18n } from '../i18n/i18n.tsx';
import type { StreamState } from '../live/event-stream.ts';
import { useDeskNow } from '../time/desk-clock.ts';
import { Icon } from '../ui/icons.tsx';
import { Brand } from './brand.tsx';
import { Connection } from './connection.tsx';
import { LanguageSwitch } from './language-switch.tsx';

interface HeaderProps {
  readonly me: Me;
  readonly stream: StreamState;
  readonly onReconnect: () => void;
  readonly onSignOut: () => void;
  /** What else the page says beside the connection. */
  readonly children?: ReactNode;
}

/** The bar above every page: where am I, is it live, what time is it, who am I. */
export function Header({ me, stream, onReconnect, onSignOut, children }: HeaderProps) {
  const { t, name, time } = useI18n();
  const now = useDeskNow();
  return (
    <header className="header">
      <Brand />
      <Connection stream={stream} onReconnect={onReconnect} />
      {children}
      <span className="header-space" />
      <time className="header-clock" dateTime={new Date(now).toISOString()}>
        {time(now, 'clock')}
      </time>
      <LanguageSwitch />
      <span className="header-me">
        <strong>{me.name}</strong>
        <span>{name('role', me.role)}</span>
      </span>
      <Button
        size="small"
        type="text"
        className="sign-out"
        icon={<Icon name="exit" />}
        aria-label={t('app.signOut')}
        title={t('app.signOut')}
        onClick={onSignOut}
      />
    </header>
  );
}
