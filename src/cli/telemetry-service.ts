import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { SpanSink } from '../lib/span-sink.ts';
import type { TelemetryConfig } from '../lib/telemetry-config.ts';
import type { NamedService } from './run-services.ts';

/** The export of traces where one is configured; its parts are loaded only then. */
export async function telemetryService(
  { otlpUrl: url }: TelemetryConfig,
  about: { readonly service: string; readonly instance: string; readonly log: Logger; readonly metrics: Metrics },
): Promise<{ readonly services: readonly NamedService[]; readonly around: { readonly spans?: SpanSink } }> {
  if (url === undefined) return { services: [], around: {} };
  const { Telemetry } = await import('../lib/telemetry.ts');
  const { service, instance, log, metrics } = about;
  const telemetry = new Telemetry({ url, serviceName: `maplebridge-${service}`, instance, log, metrics });
  return { services: [{ name: 'telemetry', service: telemetry }], around: { spans: telemetry } };
}
