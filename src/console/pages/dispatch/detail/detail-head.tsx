import { Button, Tooltip } from 'antd';
import type { TicketDetail } from '../../../../contracts/desk-api.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { hrefOf } from '../../../route.ts';
import { Icon } from '../../../ui/icons.tsx';
import { SignClockView } from '../../../ui/sign-clock-view.tsx';
import { ClearedTag, ClosedWithoutCameraTag, SeverityTag, StateTag } from '../../../ui/tags.tsx';

/** Number, scene, place, state and the running clock. */
export function DetailHead({ ticket }: { readonly ticket: TicketDetail }) {
  const { t, name } = useI18n();
  return (
    <div className={`detail-head severity-edge-${ticket.severity}`}>
      <div className="detail-title">
        <h2>
          <span className="detail-number">#{ticket.number}</span> {name('scene', ticket.scene)}
        </h2>
        <p className="detail-place">{ticket.camera.name}</p>
        <p className="detail-tags">
          <StateTag state={ticket.state} />
          <SeverityTag severity={ticket.severity} />
          {ticket.cleared && <ClearedTag />}
          {ticket.closedWithoutCamera && <ClosedWithoutCameraTag />}
        </p>
      </div>
      <SignClockView ticket={ticket} large />
      <Tooltip title={t('detail.traceHint')}>
        <Button href={hrefOf(ticket.id, true)} icon={<Icon name="trace" />}>
          {t('detail.trace')}
        </Button>
      </Tooltip>
    </div>
  );
}
