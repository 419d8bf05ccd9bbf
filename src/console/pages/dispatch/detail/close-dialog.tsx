import { Input, Modal } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../../i18n/i18n.tsx';
import { noteLimit, type StepDialogProps } from './feedback-dialog.tsx';

interface CloseDialogProps extends StepDialogProps {
  /** The camera has already reported the scene cleared. */
  readonly cleared: boolean;
}

/** Asks once more before a case ends. */
export function CloseDialog({ open, busy, number, cleared, onSend, onCancel }: CloseDialogProps) {
  const { t } = useI18n();
  const [note, setNote] = useState('');
  return (
    <Modal
      open={open}
      title={t('action.closeTitle', { number })}
      okText={t('action.close')}
      cancelText={t('action.cancel')}
      confirmLoading={busy}
      onOk={() => onSend(note.trim() === '' ? {} : { note: note.trim() })}
      onCancel={onCancel}
    >
      <p>{t(cleared ? 'action.closeCleared' : 'action.closeUncleared')}</p>
      <label className="dialog-label" htmlFor="close-note">
        {t('action.noteOptional')}
      </label>
      <Input.TextArea
        id="close-note"
        rows={3}
        maxLength={noteLimit}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
    </Modal>
  );
}
