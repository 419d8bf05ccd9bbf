import { Alert, Button } from 'antd';
import type { DeskError } from '../api/desk-error.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { errorText } from './error-text.ts';

interface ErrorNoteProps {
  readonly error: DeskError;
  readonly onRetry?: (() => void) | undefined;
  readonly onDismiss?: (() => void) | undefined;
}

/** A refused or failed request: what it means, what to do, and the desk's own words with the code to quote. */
export function ErrorNote({ error, onRetry, onDismiss }: ErrorNoteProps) {
  const { t, language } = useI18n();
  const { title, help } = errorText(language, error);
  return (
    <Alert
      className="error-note"
      type="error"
      showIcon
      role="alert"
      title={title}
      description={
        <>
          {help !== '' && <p>{help}</p>}
          <p className="error-note-code">
            <code>{error.code}</code> {error.message}
          </p>
        </>
      }
      action={
        (onRetry ?? onDismiss) !== undefined && (
          <Button size="small" onClick={onRetry ?? onDismiss}>
            {t(onRetry === undefined ? 'error.dismiss' : 'error.retry')}
          </Button>
        )
      }
    />
  );
}
