import { z } from 'zod';

/** Export of traces. */
export const telemetryConfig = z
  .strictObject({
    otlpUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({
        description:
          'Where an OpenTelemetry collector takes traces by OTLP over HTTP, for example `http://127.0.0.1:4318/v1/traces`; without it nothing is exported.',
      }),
  })
  .prefault({})
  .meta({ description: 'OpenTelemetry.' });

/** As read from a file. */
export type TelemetryConfig = z.output<typeof telemetryConfig>;
