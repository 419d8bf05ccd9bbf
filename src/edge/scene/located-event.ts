import { bottomCentre } from '../../domain/geometry.ts';
import type { GroundMap, GroundPosition, GroundSpeed } from '../../domain/ground.ts';
import type { ObjectClass } from '../../domain/object-class.ts';
import type { SceneEvent, Subject } from '../../domain/scene-event.ts';
import type { Track } from '../../domain/track.ts';
import type { Look } from './scene-module.ts';

/** What a camera sees of these need not touch the ground. */
const afloat: ReadonlySet<ObjectClass> = new Set(['flame', 'smoke']);
/** A box that ends lower than this is cut off by the picture: its object touches the ground outside. */
const lowestBottom = 0.995;
/** A position that is less exact says less than the camera's own. */
const worstErrorM = 100;

/** An event whose subjects say where they stand and how fast they go, as far as the camera's ground tells. */
export function located(event: SceneEvent, ground: GroundMap, look: Look): SceneEvent {
  return { ...event, subjects: event.subjects.map((subject) => locatedSubject(subject, ground, look)) };
}

/** Where it stood when it was last seen; its speed only while it is seen. */
function locatedSubject(known: Subject, ground: GroundMap, { at, tracks }: Look): Subject {
  // What it said before a restart holds no longer.
  const { position: _before, speed: _then, ...subject } = known;
  if (afloat.has(subject.class) || subject.box[3] > lowestBottom) return subject;
  const position = positionOf(subject, ground);
  if (position === undefined) return subject;
  const track = tracks.find(({ id, lastSeenAt }) => id === subject.trackId && lastSeenAt === at);
  const speed = track && speedOf(track, ground);
  return { ...subject, position, ...(speed !== undefined && { speed }) };
}

function positionOf({ box }: Subject, ground: GroundMap): GroundPosition | undefined {
  const found = ground.toPosition(bottomCentre(box));
  if (found === undefined || !(found.errorM <= worstErrorM)) return undefined;
  return { lat: rounded(found.lat, 7), lon: rounded(found.lon, 7), errorM: roundedUp(found.errorM) };
}

function speedOf({ box, velocity }: Track, ground: GroundMap): GroundSpeed | undefined {
  const found = ground.speed(bottomCentre(box), velocity);
  if (found === undefined || !Number.isFinite(found.mps + found.errorMps)) return undefined;
  return { mps: rounded(found.mps, 2), errorMps: roundedUp(found.errorMps) };
}

/** 7 digits of a degree are 1 cm. */
function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** To two digits, never less than it is. */
function roundedUp(value: number): number {
  return Math.ceil(value * 100) / 100;
}
