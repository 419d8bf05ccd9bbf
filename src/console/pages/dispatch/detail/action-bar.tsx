import { App, Button } from 'antd';
import { useState } from 'react';
import type { ActionRequest, TicketDetail } from '../../../../contracts/desk-api.ts';
import type { TicketAction, TicketState } from '../../../../domain/ticket.ts';
import { desk } from '../../../api/desk-client.ts';
import { type DeskError, toDeskError } from '../../../api/desk-error.ts';
import type { MessageKey } from '../../../i18n/en.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { phaseOf } from '../../../live/ticket-phase.ts';
import { ErrorNote } from '../../../ui/error-note.tsx';
import { CloseDialog } from './close-dialog.tsx';
import { FeedbackDialog } from './feedback-dialog.tsx';
import { OverrideDialog } from './override-dialog.tsx';

interface ActionBarProps {
  readonly ticket: TicketDetail;
  readonly onActed: (detail: TicketDetail) => void;
  /** The desk refused because the ticket has moved on. */
  readonly onConflict: () => void;
  readonly onSignedOut: () => void;
}

/** The steps this user may take now. Signing, departing and arriving are one click: seconds count. */
export function ActionBar({ ticket, onActed, onConflict, onSignedOut }: ActionBarProps) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [busy, setBusy] = useState<TicketAction>();
  const [asking, setAsking] = useState<TicketAction>();
  const [overriding, setOverriding] = useState(false);
  const [error, setError] = useState<DeskError>();

  const act = (action: TicketAction, body: ActionRequest) => {
    setBusy(action);
    setError(undefined);
    desk
      .act(ticket.id, action, body)
      .then(
        (detail) => {
          onActed(detail);
          void message.success(t('action.done', { action: t(`action.${action}`) }));
        },
        (cause: unknown) => {
          const failure = toDeskError(cause);
          if (failure.signedOut) return onSignedOut();
          setError(failure);
          onConflict();
        },
      )
      .finally(() => {
        setBusy(undefined);
        setAsking(undefined);
        setOverriding(false);
      });
  };
  const choose = (action: TicketAction) => (needsWords(action) ? setAsking(action) : act(action, {}));

  return (
    <section className="actions" aria-label={t('action.group')}>
      {error !== undefined && <ErrorNote error={error} onDismiss={() => setError(undefined)} />}
      {ticket.actions.length === 0 && <p className="muted">{t(whyNoStep(ticket.state))}</p>}
      {ticket.actions.map((action, index) => (
        <Button
          key={action}
          type={index === 0 ? 'primary' : 'default'}
          size="large"
          data-action={action}
          loading={busy === action}
          disabled={busy !== undefined && busy !== action}
          onClick={() => choose(action)}
        >
          {t(`action.${action}`)}
        </Button>
      ))}
      {ticket.canCloseWithoutCamera && (
        <Button
          danger
          size="large"
          data-action="close-without-camera"
          disabled={busy !== undefined}
          onClick={() => setOverriding(true)}
        >
          {t('action.closeWithoutCamera')}
        </Button>
      )}
      <FeedbackDialog
        open={asking === 'feedback'}
        busy={busy === 'feedback'}
        number={ticket.number}
        onSend={(body) => act('feedback', body)}
        onCancel={() => setAsking(undefined)}
      />
      <CloseDialog
        open={asking === 'close'}
        busy={busy === 'close'}
        cleared={ticket.cleared}
        number={ticket.number}
        onSend={(body) => act('close', body)}
        onCancel={() => setAsking(undefined)}
      />
      <OverrideDialog
        open={overriding}
        busy={busy === 'close'}
        number={ticket.number}
        onSend={(body) => act('close', body)}
        onCancel={() => setOverriding(false)}
      />
    </section>
  );
}

function whyNoStep(state: TicketState): MessageKey {
  if (state === 'VERIFYING') return 'action.none.verifying';
  return phaseOf(state) === 'done' ? 'action.none.done' : 'action.none.other';
}

function needsWords(action: TicketAction): boolean {
  return action === 'feedback' || action === 'close';
}
