import { Alert, Button, Input } from 'antd';
import { type SyntheticEvent, useState } from 'react';
import { type DeskError, toDeskError } from '../../api/desk-error.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { Brand } from '../../shell/brand.tsx';
import { LanguageSwitch } from '../../shell/language-switch.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';

interface SignInPageProps {
  /** The session ended by itself: say so. */
  readonly expired: boolean;
  readonly signIn: (token: string) => Promise<void>;
}

/** One field: the access token, exchanged for a session cookie. */
export function SignInPage({ expired, signIn }: SignInPageProps) {
  const { t } = useI18n();
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<DeskError>();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (token.trim() === '') return;
    setBusy(true);
    setError(undefined);
    signIn(token.trim()).catch((cause: unknown) => {
      setError(toDeskError(cause));
      setBusy(false);
    });
  };
  return (
    <main className="sign-in">
      <div className="sign-in-bar">
        <Brand />
        <LanguageSwitch />
      </div>
      <form className="sign-in-card" onSubmit={submit}>
        <h1>{t('signIn.title')}</h1>
        <p className="muted">{t('signIn.lead')}</p>
        {expired && error === undefined && <Alert type="warning" showIcon title={t('signIn.expired')} />}
        {error !== undefined && <ErrorNote error={error} />}
        <label htmlFor="token">{t('signIn.token')}</label>
        <Input.Password
          id="token"
          name="token"
          size="large"
          autoFocus
          autoComplete="current-password"
          aria-describedby="token-hint"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <p id="token-hint" className="hint">
          {t('signIn.hint')}
        </p>
        <Button type="primary" size="large" block htmlType="submit" loading={busy} disabled={token.trim() === ''}>
          {t('signIn.submit')}
        </Button>
      </form>
    </main>
  );
}
