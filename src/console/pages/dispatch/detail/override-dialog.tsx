import { Input, Modal } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../../i18n/i18n.tsx';
import { noteLimit, type StepDialogProps } from './feedback-dialog.tsx';

/** Shortest reason the desk takes for closing without the camera. */
const reasonMinimum = 5;

/** Asks why a case is to end although the camera never said that the scene has cleared. */
export function OverrideDialog({ open, busy, number, onSend, onCancel }: StepDialogProps) {
  const { t } = useI18n();
  const [reason, setReason] = useState('');
  const note = reason.trim();
  return (
    <Modal
      open={open}
      title={t('action.overrideTitle', { number })}
      okText={t('action.overrideConfirm')}
      cancelText={t('action.cancel')}
      okButtonProps={{ danger: true, disabled: note.length < reasonMinimum }}
      confirmLoading={busy}
      onOk={() => onSend({ override: true, note })}
      onCancel={onCancel}
    >
      <p>{t('action.overrideLead')}</p>
      <label className="dialog-label" htmlFor="override-reason">
        {t('action.overrideReason', { count: reasonMinimum })}
      </label>
      <Input.TextArea
        id="override-reason"
        rows={3}
        required
        minLength={reasonMinimum}
        maxLength={noteLimit}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </Modal>
  );
}
