import type { TransferSender } from '../../contracts/transfer.ts';
import { brokerAccess } from '../../lib/broker-config.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { KeyRing } from '../../lib/keys.ts';
import type { Logger } from '../../lib/log.ts';
import type { TransferSendConfig } from './config.ts';
import { FileDropSender } from './file-drop-sender.ts';
import { GrpcSender } from './grpc-sender.ts';
import { MqttBridgeSender } from './mqtt-bridge-sender.ts';
import { loadTlsIdentity } from './tls-identity.ts';

/** What every mode gets. */
export interface SenderSurroundings {
  /** Name of this sender, asked once the journal is open. */
  readonly senderId: () => string;
  /** Keys of the far side. */
  readonly farKeys: KeyRing;
  /** Told of every signed document that comes back by wire, unchecked. */
  readonly onDocument: (text: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The sending half of the configured mode. @throws AppError MB_CONFIG_INVALID for what the mode cannot do without. */
export function makeSender(config: TransferSendConfig, around: SenderSurroundings): TransferSender {
  if (config.mode === 'grpc') {
    const { connect, tls, serverName, callTimeoutMs, retryMinMs, retryMaxMs } = config;
    const identity = tls && loadTlsIdentity(tls, 'transfer.tls');
    return new GrpcSender({ ...around, ...connect, tls: identity, serverName, callTimeoutMs, retryMinMs, retryMaxMs });
  }
  if (config.mode === 'mqtt-bridge') {
    const { acknowledged, broker, pieceBytes, wordTimeoutMs } = config;
    if (acknowledged && config.deliverKeyFiles.length === 0) {
      const message =
        'transfer.deliverKeyFiles: the far side’s key is needed to believe its word (or acknowledged: false)';
      throw new AppError('MB_CONFIG_INVALID', message);
    }
    const farKeys = acknowledged ? around.farKeys : undefined;
    return new MqttBridgeSender({
      ...around,
      farKeys,
      broker: brokerAccess(broker, 'transfer.broker'),
      pieceBytes,
      wordTimeoutMs,
    });
  }
  return new FileDropSender({ dir: config.dropDir, maxFilesWaiting: config.maxFilesWaiting });
}
