import { App, Button, Input } from 'antd';
import { useId, useState } from 'react';
import type { IntegrityAction, IntegrityDetail } from '../../../../contracts/integrity-case.ts';
import { desk } from '../../../api/desk-client.ts';
import { type DeskError, toDeskError } from '../../../api/desk-error.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { noteLimit } from '../detail/feedback-dialog.tsx';

/** Shortest note the desk takes, by step: to resolve a case is to say what it was. */
const noteMinimum: Readonly<Record<IntegrityAction, number>> = { acknowledge: 0, resolve: 5 };

interface SettleFormProps {
  readonly id: string;
  readonly action: IntegrityAction;
  readonly onActed: (detail: IntegrityDetail) => void;
  /** A new attempt begins, or the last one failed; where somebody was quicker this form may be gone by then. */
  readonly onError: (error: DeskError | undefined) => void;
  readonly onSignedOut: () => void;
}

/** The next step on a case, with what there is to say about it; words half written outlive a colleague's step. */
export function SettleForm({ id, action, onActed, onError, onSignedOut }: SettleFormProps) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const field = useId();
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const minimum = noteMinimum[action];

  const send = () => {
    setBusy(true);
    onError(undefined);
    desk
      .settle(id, action, note.trim())
      .then(
        (detail) => {
          setNote('');
          onActed(detail);
          void message.success(t('action.done', { action: t(`incident.action.${action}`) }));
        },
        (cause: unknown) => {
          const failure = toDeskError(cause);
          if (failure.signedOut) onSignedOut();
          else onError(failure);
        },
      )
      .finally(() => setBusy(false));
  };

  return (
    <div className="settle-form">
      <label className="dialog-label" htmlFor={field}>
        {t(`incident.note.${action}`, { count: minimum })}
      </label>
      <Input.TextArea
        id={field}
        autoSize={{ minRows: 2, maxRows: 8 }}
        required={minimum > 0}
        maxLength={noteLimit}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <Button type="primary" data-action={action} loading={busy} disabled={note.trim().length < minimum} onClick={send}>
        {t(`incident.action.${action}`)}
      </Button>
    </div>
  );
}
