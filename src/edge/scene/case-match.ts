import { iou } from '../../domain/geometry.ts';
import type { SceneHit } from '../../domain/scene-event.ts';

/** A subject is the one already on the books when it overlaps it this much: ids switch, parked cars do not. */
const sameSubjectIou = 0.5;
/** What passes may change its id, but not be away for longer than this: the next one may be in its place by then. */
const passingMs = 3_000;

/** A case on the books. */
interface KnownCase {
  readonly hit: SceneHit;
  /** How long it has not been hit. */
  readonly absentMs: number;
}

const none: ReadonlyMap<SceneHit, never> = new Map<SceneHit, never>();

/**
 * Which of the cases on the books each hit of a look is. Names go before places: only a case that is not hit, and
 * whose subject is not seen to be hit elsewhere, may be taken by who stands in its place, and by one of them only.
 */
export function matchHits<T extends KnownCase>(
  open: readonly T[],
  hits: readonly SceneHit[],
): ReadonlyMap<SceneHit, T> {
  if (open.length === 0 || hits.length === 0) return none;
  const matched = new Map<SceneHit, T>();
  const nameless: SceneHit[] = [];
  for (const hit of hits) {
    const known = open.find((each) => isNamed(each.hit, hit));
    if (known === undefined) nameless.push(hit);
    else matched.set(hit, known);
  }
  if (nameless.length === 0) return matched;
  const taken = new Set(matched.values());
  const tracks = new Set(hits.map(({ subject }) => subject.trackId));
  const free = open.filter((each) => !taken.has(each) && !tracks.has(each.hit.subject.trackId));
  const pairs = nameless.flatMap((hit) =>
    free.map((known) => ({ hit, known, overlap: overlap(known.hit, hit, known.absentMs) })),
  );
  // The closest first, so that two who stand close together do not exchange their cases.
  for (const { hit, known, overlap } of pairs.sort((a, b) => b.overlap - a.overlap)) {
    if (overlap < sameSubjectIou) break;
    if (matched.has(hit) || taken.has(known)) continue;
    matched.set(hit, known);
    taken.add(known);
  }
  return matched;
}

/** The same track, or the same zone where the case is the zone's. */
export function isNamed(known: SceneHit, hit: SceneHit): boolean {
  if (known.zone.id !== hit.zone.id) return false;
  return known.wholeZone === true || hit.wholeZone === true || known.subject.trackId === hit.subject.trackId;
}

/** The same thing, or another in its place, as a case that was closed: what passes has been away for too long. */
export function isSameAsClosed(closed: SceneHit, hit: SceneHit): boolean {
  return isNamed(closed, hit) || overlap(closed, hit, Number.POSITIVE_INFINITY) >= sameSubjectIou;
}

function overlap(known: SceneHit, hit: SceneHit, absentMs: number): number {
  if (known.zone.id !== hit.zone.id) return 0;
  if (hit.passing === true && absentMs > passingMs) return 0;
  return iou(known.subject.box, hit.subject.box);
}
