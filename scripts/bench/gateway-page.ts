import { quantile, round } from './bench.ts';
import { table } from './benchmarks-page.ts';
import type { GatewayFindings } from './gateway.ts';
/** The bench's section of the page. */
export function gatewayPage(found: GatewayFindings, metrics: Readonly<Record<string, number>>): string {
  return `${table([['x'], [found.nodes]])} ${round(quantile([1], 0.5))} ${Object.keys(metrics).length}`;
}
