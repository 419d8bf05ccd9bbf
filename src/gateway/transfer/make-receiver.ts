import type { TransferReceiver } from '../../contracts/transfer.ts';
import { brokerAccess } from '../../lib/broker-config.ts';
import { AppError } from '../../lib/errors.ts';
import type { SigningKey } from '../../lib/keys.ts';
import type { BatchInboxOptions } from './batch-inbox.ts';
import type { TransferReceiveConfig } from './config.ts';
import { FileDropReceiver } from './file-drop-receiver.ts';
import { GrpcReceiver } from './grpc-receiver.ts';
import { MqttBridgeReceiver } from './mqtt-bridge-receiver.ts';
import { loadTlsIdentity } from './tls-identity.ts';

/** What every mode gets. */
export type ReceiverSurroundings = Pick<
  BatchInboxOptions,
  'keys' | 'consumer' | 'onGap' | 'clock' | 'log' | 'metrics'
> & {
  /** This side's own key, where it has one. */
  readonly key: SigningKey | undefined;
};

/** The receiving half of the configured mode. @throws AppError MB_CONFIG_INVALID for what the mode cannot do without. */
export function makeReceiver(config: TransferReceiveConfig, around: ReceiverSurroundings): TransferReceiver {
  const { archiveDir, quarantineDir, done, archiveMaxFiles, quarantineMaxFiles, maxFileBytes } = config;
  const { pollMs, gapReportMs, gapRepeatMs } = config;
  const inbox: BatchInboxOptions = {
    ...around,
    dir: config.inboxDir,
    archiveDir,
    quarantineDir,
    done,
    archiveMaxFiles,
    quarantineMaxFiles,
    maxFileBytes,
    pollMs,
    gapReportMs,
    gapRepeatMs,
  };
  if (config.mode === 'grpc') {
    const tls = config.tls && loadTlsIdentity(config.tls, 'transfer.tls');
    return new GrpcReceiver({ ...inbox, ...config.listen, tls, clients: config.clients });
  }
  if (config.mode === 'mqtt-bridge') {
    const { acknowledged, broker, clientId, keepMs: sessionExpiryMs } = config;
    if (acknowledged && around.key === undefined) {
      throw new AppError(
        'MB_CONFIG_INVALID',
        'transfer.keyFile: a key is needed to say a word (or acknowledged: false)',
      );
    }
    const wordKey = acknowledged ? around.key : undefined;
    const access = brokerAccess(broker, 'transfer.broker');
    return new MqttBridgeReceiver({ ...inbox, broker: access, clientId, wordKey, sessionExpiryMs });
  }
  return new FileDropReceiver({ ...inbox, settleMs: config.settleMs, returnDir: config.returnDir });
}
