import type { TicketSummary } from '../../contracts/desk-api.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useDeskNow } from '../time/desk-clock.ts';
import { signClock } from '../time/sign-clock.ts';
import { Icon } from './icons.tsx';

interface SignClockViewProps {
  readonly ticket: Pick<TicketSummary, 'signDueAt' | 'signOverdue'>;
  readonly large?: boolean;
}

/** The sign clock: counts down, warns, turns red when overdue and counts up. */
export function SignClockView({ ticket, large = false }: SignClockViewProps) {
  const { t } = useI18n();
  const clock = signClock(ticket, useDeskNow());
  const size = large ? ' sign-clock-large' : '';
  switch (clock.kind) {
    case 'none':
      return null;
    case 'signed-late':
      return <span className={`sign-clock sign-clock-late${size}`}>{t('clock.signedLate')}</span>;
    case 'running':
    case 'urgent':
    case 'overdue':
      return (
        <span className={`sign-clock sign-clock-${clock.kind}${size}`} role="timer">
          {large ? null : <Icon name="clock" size={13} />}
          <span className="sign-clock-label">{t(clock.kind === 'overdue' ? 'clock.overdue' : 'clock.sign')}</span>
          <span className="sign-clock-time">{clock.text}</span>
        </span>
      );
  }
}
