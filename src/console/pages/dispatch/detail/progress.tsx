import type { TicketDetail } from '../../../../contracts/desk-api.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { milestones } from './milestones.ts';

/** How far the ticket has come, with the time of each milestone. */
export function Progress({ ticket }: { readonly ticket: TicketDetail }) {
  const { name, time } = useI18n();
  const steps = milestones(ticket);
  const current = steps.findLastIndex((step) => step.at !== undefined);
  return (
    <ol className="progress">
      {steps.map((step, index) => (
        <li
          key={step.state}
          className={step.at === undefined ? '' : 'progress-reached'}
          aria-current={index === current ? 'step' : undefined}
        >
          <span className="progress-name">{name('state', step.state)}</span>
          <span className="progress-time">{step.at === undefined ? '–' : time(step.at, 'clock')}</span>
        </li>
      ))}
    </ol>
  );
}
