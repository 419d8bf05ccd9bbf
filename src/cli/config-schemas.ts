import { z } from 'zod';
import { egressPolicySchema } from '../gateway/transfer/egress/policy-schema.ts';
import { serviceSchemas } from './config.ts';

/** JSON Schemas of the services' configuration files, by file name; editors use them from `edge-config/schema`. */
export function configSchemaFiles(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries({ ...serviceSchemas, egress: egressPolicySchema }).map(([name, schema]) => [
      `${name}.schema.json`,
      z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
    ]),
  );
}
