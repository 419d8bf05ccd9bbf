import { Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import type { ActionRequest } from '../../../../contracts/desk-api.ts';
import type { HandlingOutcome } from '../../../../domain/ticket.ts';
import { useI18n } from '../../../i18n/i18n.tsx';

/** What a dialog that asks before a step needs. */
export interface StepDialogProps {
  readonly open: boolean;
  readonly busy: boolean;
  readonly number: number;
  readonly onSend: (body: ActionRequest) => void;
  readonly onCancel: () => void;
}

/** Longest note the audit log takes. */
export const noteLimit = 2_000;

const outcomes = ['RESOLVED_ONSITE', 'JOINT_CONSULT', 'DIFFICULT'] as const satisfies readonly HandlingOutcome[];

/** Asks how handling ended. */
export function FeedbackDialog({ open, busy, number, onSend, onCancel }: StepDialogProps) {
  const { t } = useI18n();
  const [outcome, setOutcome] = useState<HandlingOutcome>();
  const [note, setNote] = useState('');
  const send = () => {
    if (outcome === undefined) return;
    onSend(note.trim() === '' ? { outcome } : { outcome, note: note.trim() });
  };
  return (
    <Modal
      open={open}
      title={t('action.feedbackTitle', { number })}
      okText={t('action.feedback')}
      cancelText={t('action.cancel')}
      okButtonProps={{
        disabled: outcome === undefined,
        title: outcome === undefined ? t('action.outcomeRequired') : '',
      }}
      confirmLoading={busy}
      onOk={send}
      onCancel={onCancel}
    >
      <fieldset className="outcomes">
        <legend>{t('action.outcome')}</legend>
        <Radio.Group value={outcome} onChange={(event) => setOutcome(event.target.value as HandlingOutcome)}>
          {outcomes.map((each) => (
            <Radio key={each} value={each} className="outcome">
              <strong>{t(`outcome.${each}`)}</strong>
              <span className="outcome-help">{t(`outcome.${each}.help`)}</span>
            </Radio>
          ))}
        </Radio.Group>
      </fieldset>
      <label className="dialog-label" htmlFor="feedback-note">
        {t('action.note')}
      </label>
      <Input.TextArea
        id="feedback-note"
        rows={4}
        maxLength={noteLimit}
        placeholder={t('action.notePlaceholder')}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
    </Modal>
  );
}
