import type { UtcMs } from '../domain/ids.ts';
import type { ObjectClass } from '../domain/object-class.ts';
import type { OpenIncident } from '../domain/scene-event.ts';
import type { CalendarConfig } from './scene/rule/site-calendar.ts';
import type { ObservedCamera } from './scenes-of-camera.ts';

/** Configuration under which a stretch of the observation log was judged. */
export interface ObservedContext {
  readonly camera: ObservedCamera;
  readonly calendar: CalendarConfig;
}

/**
 * What scenes that begin were given to remember. `snapshot`: what was saved under the time of a look before a restart;
 * `before`: what the scenes knew just then, when only the configuration changed.
 */
export type GivenMemory =
  | { readonly from: 'nothing' }
  | { readonly from: 'snapshot'; readonly at: UtcMs; readonly state: unknown }
  | { readonly from: 'before'; readonly state: unknown };

interface Circumstances {
  readonly at: UtcMs;
  readonly provided: readonly ObjectClass[];
  readonly fault?: string | undefined;
  /** What looks from here on were not looked at for; absent: nothing. */
  readonly overlooked?: readonly ObjectClass[];
}

/** What happened to a camera's scenes beside looks, as the observation log has it. */
export type ScenesNote =
  /** The scenes begin: the node started, or has a new configuration. */
  | (Circumstances & {
      readonly kind: 'session';
      readonly memory: GivenMemory;
      readonly open: readonly OpenIncident[];
    })
  /** What they know; `torn`: looks before it are missing. */
  | (Circumstances & { readonly kind: 'checkpoint'; readonly torn: boolean; readonly state: unknown })
  /** Models or the camera's health changed. */
  | (Circumstances & { readonly kind: 'circumstances' });
