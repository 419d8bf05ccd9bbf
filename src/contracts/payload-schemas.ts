import { z } from 'zod';
import { alertEventSchema } from './alert-event.ts';
import { ackSchema, coverageAckSchema, coverageBatchSchema, healthSchema, partAckSchema } from './node-messages.ts';
import { batchManifestSchema, transferRecordSchema } from './transfer.ts';

const schemas = {
  'alert-event': { schema: alertEventSchema, title: 'Alert as a CloudEvents 1.0 structured-mode JSON event' },
  ack: { schema: ackSchema, title: 'Cumulative acknowledgement of the gateway' },
  health: { schema: healthSchema, title: 'Health of a node' },
  coverage: { schema: coverageBatchSchema, title: 'Next records of the blindness account of a node' },
  'coverage-ack': { schema: coverageAckSchema, title: 'Acknowledgement of the blindness account' },
  'part-ack': { schema: partAckSchema, title: 'How far an evidence file is that comes in parts' },
  'batch-manifest': { schema: batchManifestSchema, title: 'Manifest of a transfer batch' },
  'transfer-record': { schema: transferRecordSchema, title: 'One line of a transfer batch' },
} as const;

/** JSON Schemas (draft 2020-12) of everything that travels: file name in `proto/schema` → the schema. */
export function payloadSchemaFiles(): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { schema, title }]) => {
      const json = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
      return [`${name}.json`, { title, ...json }];
    }),
  );
}
