declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A place with its own video network, e.g. one street office. */
export type SiteId = Brand<string, 'SiteId'>;
/** One edge box. */
export type NodeId = Brand<string, 'NodeId'>;
/** One camera; the 20-digit GB/T 28181 id where the site has one. */
export type CameraId = Brand<string, 'CameraId'>;
/** One polygon or line drawn on a camera's picture. */
export type ZoneId = Brand<string, 'ZoneId'>;
/** One object followed by the tracker, unique within a node's life. */
export type TrackId = Brand<string, 'TrackId'>;
/** One message about an incident (UUIDv7). */
export type AlertId = Brand<string, 'AlertId'>;
/** One real-world case: camera + zone + scene + track (UUIDv7). */
export type IncidentId = Brand<string, 'IncidentId'>;
/** One case on the desk (UUIDv7). */
export type TicketId = Brand<string, 'TicketId'>;
/** Lower-case hex SHA-256, 64 characters. */
export type Sha256 = Brand<string, 'Sha256'>;
/** Milliseconds since 1970-01-01T00:00Z. */
export type UtcMs = number;
