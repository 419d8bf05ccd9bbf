import { AppError } from './errors.ts';

/** Reason codes of MQTT 5 that lead to more than a log line (§2.4). */
export const mqttReason = {
  notAuthorised: 0x87,
  serverBusy: 0x89,
  sessionTakenOver: 0x8e,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  payloadInvalid: 0x99,
} as const;

/** What brokers say in PUBACK, SUBACK and DISCONNECT (MQTT 5 §2.4), in words for the reader of a log. */
const words: Readonly<Record<number, string>> = {
  128: 'unspecified error',
  129: 'malformed packet',
  130: 'protocol error',
  131: 'refused for a reason of the broker’s own',
  135: 'not authorised: check the access rules of the broker',
  137: 'broker busy',
  139: 'broker is shutting down',
  141: 'nothing heard within the keep-alive',
  142: 'session taken over: another client connects with this id',
  143: 'topic filter invalid',
  144: 'topic name refused',
  147: 'receive maximum exceeded',
  148: 'topic alias invalid',
  149: 'packet too large',
  150: 'message rate too high',
  151: 'quota exceeded',
  152: 'ended by an administrator',
  153: 'payload format invalid',
  154: 'retained messages not supported',
  155: 'quality of service not supported',
  156: 'broker wants another server used',
  157: 'broker has moved',
  159: 'too many connections a second',
  160: 'longest connection time reached',
  162: 'wildcard subscriptions not supported',
};

/** A reason code in words, with what the broker added. */
export function reasonText(code: number, added?: string): string {
  const known = words[code] ?? 'unknown reason';
  return `${known} (0x${code.toString(16).padStart(2, '0')})${added === undefined ? '' : `: ${added.slice(0, 200)}`}`;
}

/**
 * The broker is there and will not take a message. `reasonCode` as in MQTT 5 §2.4; 0x95 also where the message was not
 * even sent because the broker had named a smaller limit.
 */
export class MqttRefused extends AppError {
  override readonly name = 'MqttRefused';
  readonly reasonCode: number;

  constructor(reasonCode: number, message: string, options: { cause?: unknown } = {}) {
    super('MB_BROKER_REFUSED', message, { ...options, details: { reasonCode } });
    this.reasonCode = reasonCode;
  }
}
