import { App as AntdApp, ConfigProvider } from 'antd';
import enUs from 'antd/locale/en_US';
import zhCn from 'antd/locale/zh_CN';
import { I18nProvider, useI18n } from './i18n/i18n.tsx';
import { DispatchPage } from './pages/dispatch/dispatch-page.tsx';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';
import { useSession } from './session/use-session.ts';
import { consoleTheme } from './theme.ts';
import { ErrorNote } from './ui/error-note.tsx';

/** The console: words, theme, session, then the page. */
export function App() {
  return (
    <I18nProvider>
      <Themed />
    </I18nProvider>
  );
}

function Themed() {
  const { language } = useI18n();
  return (
    <ConfigProvider
      theme={consoleTheme}
      locale={language === 'zh-CN' ? zhCn : enUs}
      button={{ autoInsertSpace: false }}
    >
      <AntdApp component={false}>
        <Gate />
      </AntdApp>
    </ConfigProvider>
  );
}

function Gate() {
  const { session, signIn, signOut, lost, retry } = useSession();
  switch (session.kind) {
    case 'checking':
      return <div className="splash" aria-busy="true" />;
    case 'unreachable':
      return (
        <div className="splash">
          <ErrorNote error={session.error} onRetry={retry} />
        </div>
      );
    case 'signed-out':
      return <SignInPage expired={session.expired} signIn={signIn} />;
    case 'signed-in':
      return <DispatchPage me={session.me} onSignOut={signOut} onSignedOut={lost} />;
  }
}
