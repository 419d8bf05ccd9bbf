import type { TrackId } from '../../domain/ids.ts';
import { ByteTracker } from './byte-tracker.ts';
import type { TrackConfig } from './config.ts';
import { IouTracker } from './iou-tracker.ts';
import type { Tracker } from './tracker.ts';

/** The tracker that the configuration names, with nobody in it. */
export function createTracker(options: { config: TrackConfig; newId: () => TrackId }): Tracker {
  switch (options.config.kind) {
    case 'byte':
      return new ByteTracker(options);
    case 'iou':
      return new IouTracker(options);
  }
}
