import { bottomCentre, insidePolygon } from '../domain/geometry.ts';
import type { Track } from '../domain/track.ts';
import type { ExplainedLook } from '../edge/explain-look.ts';
import type { SceneNote } from '../edge/scene/rule/rule-trace.ts';
import { durationText, type Language } from './duration-text.ts';
import { explainWords, noteText } from './explain-words.ts';
import { siteTime } from './site-time.ts';

/** A look for a reader, line by line: what was there, and what each scene made of it. `scene`: only this one. */
export function explainText(
  explained: ExplainedLook,
  options: { readonly asked: number; readonly language: Language; readonly scene?: string | undefined },
): string[] {
  const { context, look, fault } = explained;
  const { language, asked } = options;
  const words = explainWords[language];
  const { timeZone } = context.calendar;
  const gap = Math.abs(asked - look.at);
  const away = gap < 1_000 ? '' : `  ${words.away(durationText(gap, language))}`;
  return [
    `${context.camera.id} ${context.camera.name}`,
    `${words.look} ${siteTime(look.at, timeZone)}${away}`,
    ...(fault === undefined ? [] : [words.fault(fault)]),
    `${words.zones}: ${context.camera.zones.map(({ id, kind, tags }) => `${id} (${[kind, ...tags].join(', ')})`).join('; ')}`,
    '',
    words.tracks(look.tracks.length),
    ...look.tracks.map((track) => `  ${trackLine(track, explained, language)}`),
    ...[...explained.availability]
      .filter(([id]) => options.scene === undefined || id === options.scene)
      .flatMap(([id, state]) => ['', ...sceneLines(id, state, explained, language)]),
  ];
}

/** What a track is called beside its box: its number, class and score. */
export function trackLabel({ id, class: kind, score }: Track): string {
  return `${shortId(id)} ${kind} ${score.toFixed(2)}`;
}

/** Ids begin with the camera's and the node's life; the rest tells tracks of one picture apart. */
function shortId(id: string): string {
  return `#${id.split('-').at(-1) ?? id}`;
}

function trackLine(track: Track, { context, look }: ExplainedLook, language: Language): string {
  const words = explainWords[language];
  const { box, state, bestScore, firstSeenAt, lastSeenAt } = track;
  const inside = context.camera.zones
    .filter(({ kind, points }) => kind === 'polygon' && insidePolygon(bottomCentre(box), points))
    .map(({ id }) => id);
  const place = box.map((side) => side.toFixed(3)).join(' ');
  return [
    `${trackLabel(track)}/${bestScore.toFixed(2)}`,
    state,
    `[${place}]`,
    `${words.seenFor} ${durationText(lastSeenAt - firstSeenAt, language)}`,
    ...(lastSeenAt === look.at ? [] : [`${words.hidden} ${durationText(look.at - lastSeenAt, language)}`]),
    ...(inside.length === 0 ? [] : [inside.join(', ')]),
  ].join('  ');
}

function sceneLines(scene: string, state: string, explained: ExplainedLook, language: Language): string[] {
  const words = explainWords[language];
  const { timeZone } = explained.context.calendar;
  const notes = explained.notes.filter((note) => note.scene === scene);
  const events = explained.events.filter((event) => event.scene === scene);
  const open = explained.open.filter((incident) => incident.scene === scene);
  return [
    state === 'available' ? scene : `${scene}  ${state}`,
    ...(notes.length === 0 ? [`  ${words.nothing}`] : notes.map((note) => `  ${noteLine(note, language)}`)),
    ...events.map(({ phase, incidentId }) => `  ${words.phases[phase]} ${incidentId}`),
    ...open.map(({ incidentId, zoneId, startedAt }) => {
      const since = siteTime(startedAt, timeZone);
      return `  ${words.open} ${incidentId}  ${zoneId}  ${words.since} ${since}`;
    }),
  ];
}

function noteLine(note: SceneNote, language: Language): string {
  const { verdict, zone, track } = note;
  return [
    explainWords[language].verdicts[verdict],
    ...(track === undefined ? [] : [shortId(track)]),
    ...(zone === undefined ? [] : [`@${zone}`]),
    noteText(note, language),
  ].join('  ');
}
