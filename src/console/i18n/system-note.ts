import type { TimelineEntry, TraceStep } from '../../contracts/desk-api.ts';
import { formatDuration } from '../time/format.ts';
import type { MessageKey } from './en.ts';
import { type Language, nameOf, translate } from './translate.ts';

/** What tells which note the system wrote: an entry of the timeline, or the same facts of a trace step. */
export type NotedEntry = Pick<TimelineEntry, 'kind' | 'role' | 'note' | 'details'> & { readonly to?: string };

/**
 * The note of an entry in the reader's language. What the desk itself wrote is said anew from its kind and details;
 * people's words, and notes this page does not know, stay as they were written.
 */
export function noteOf(language: Language, entry: NotedEntry): string | undefined {
  const { kind, role, note, details } = entry;
  if (note === undefined) return undefined;
  const say = (key: MessageKey, parameters: Record<string, string> = {}) => translate(language, key, parameters);
  switch (kind) {
    case 'routed':
      return role === 'system' ? routedNote(language, details, note) : note;
    case 'dispatch.assigned':
      return `${details['station']} · ${nameOf(language, 'department', String(details['department']))}`;
    case 'sign.overdue':
      return say('note.sign.overdue', { late: formatDuration(Number(details['lateMs'])) });
    case 'self-resolved':
    case 'verification.waiting':
      return say(`note.${kind}`);
    case 'transition':
      if (details['implied'] !== undefined) return say('note.implied');
      if (role === 'camera') return say('note.cleared');
      return role === 'system' && (entry.to === 'CALLBACK' || entry.to === 'CLOSED') ? say('note.hadCleared') : note;
    default:
      return note;
  }
}

/** Why a ticket went where it went: its rule, or that there was none; its station, or that the place has none. */
function routedNote(language: Language, details: TimelineEntry['details'], reason: string): string {
  const text = (name: string) => String(details[name] ?? '');
  const scene = /^no rule for (\S+) here/.exec(reason)?.[1];
  const division = /no station for division (\S+):/.exec(reason)?.[1];
  const first =
    scene === undefined
      ? translate(language, 'note.routed', {
          rule: text('rule'),
          station: text('station'),
          department: nameOf(language, 'department', text('department')),
        })
      : translate(language, 'note.routed.noRule', { scene: nameOf(language, 'scene', scene) });
  const second = division === undefined ? [] : [translate(language, 'note.routed.noStation', { division })];
  return [first, ...second].join(language === 'zh-CN' ? '；' : '; ');
}

/** The note of a trace step, which is an entry of the timeline under another name (`ticket.routed`, `ticket.closed`). */
export function stepNote(language: Language, { stage, facts }: TraceStep): string | undefined {
  const { note, role, to } = facts;
  if (typeof note !== 'string') return undefined;
  const moved = typeof to === 'string' && stage === `ticket.${to.toLowerCase()}`;
  const kind = moved ? 'transition' : stage.replace(/^ticket\./, '');
  return noteOf(language, {
    kind,
    role: role as TimelineEntry['role'],
    note,
    details: facts,
    ...(typeof to === 'string' ? { to } : {}),
  });
}
