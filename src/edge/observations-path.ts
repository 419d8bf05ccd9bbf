import { dirname, join } from 'node:path';
import type { EdgeConfig } from './config.ts';

/** Where a node's observations are. */
export function observationsPath({ observations, publish }: Pick<EdgeConfig, 'observations' | 'publish'>): string {
  return observations.path ?? join(dirname(publish.outbox.path), 'observations.db');
}
