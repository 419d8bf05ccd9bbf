import { z } from 'zod';
import { serviceSchemas } from './config.ts';

/** JSON Schemas of the services' configuration files, by file name; editors use them from `edge-config/schema`. */
export function configSchemaFiles(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(serviceSchemas).map(([service, schema]) => [
      `${service}.schema.json`,
      z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
    ]),
  );
}
