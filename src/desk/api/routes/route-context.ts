import type { Authentication } from '../authentication.ts';
import type { DeskService } from '../desk-service.ts';
import type { EventStream } from '../event-stream.ts';

/** What routes are made of. */
export interface RouteContext {
  readonly service: DeskService;
  readonly authentication: Authentication;
  readonly events: EventStream;
  readonly secureCookie: boolean;
}
