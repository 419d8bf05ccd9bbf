import { en, type MessageKey, type Messages } from './en.ts';
import { zh } from './zh.ts';

/** Languages of the console, as BCP 47 tags. */
const languages = ['zh-CN', 'en'] as const;

/** One of them. */
export type Language = (typeof languages)[number];

/** Values for the `{name}` places of a text. */
export type Parameters = Readonly<Record<string, string | number>>;

/** The dictionary of a language. */
export const dictionaries: Readonly<Record<Language, Messages>> = { en, 'zh-CN': zh };

/** Groups of texts whose last part comes from data. */
export type Vocabulary =
  | 'scene'
  | 'state'
  | 'department'
  | 'role'
  | 'kind'
  | 'severity'
  | 'outcome'
  | 'action'
  | 'evidence'
  | 'object'
  | 'measure'
  | 'word'
  | 'trace.phase'
  | 'incident.kind'
  | 'incident.state'
  | 'incident.severity';

/** The text of a key, its places filled in; a place without a value stays visible. */
export function translate(language: Language, key: MessageKey, parameters: Parameters = {}): string {
  return dictionaries[language][key].replace(/\{(\w+)\}/g, (place, name: string) => String(parameters[name] ?? place));
}

/** The word for a value that comes from data; a value without one (a site's own scene) is shown as it is. */
export function nameOf(language: Language, group: Vocabulary, value: string | number): string {
  const texts: Readonly<Record<string, string>> = dictionaries[language];
  return texts[`${group}.${value}`] ?? String(value);
}

/**
 * The word for a step of a trace: its own, else that of the audit record (`alert.raised`, `ticket.routed`) or of the
 * ticket state (`ticket.signed`) it stands for.
 */
export function stageNameOf(language: Language, stage: string): string {
  const texts: Readonly<Record<string, string>> = dictionaries[language];
  const bare = stage.replace(/^ticket\./, '');
  const keys = [`stage.${stage}`, `kind.${stage}`, `kind.${bare}`, `state.${bare.toUpperCase()}`];
  return keys.map((key) => texts[key]).find((text) => text !== undefined) ?? stage;
}

/** The language to start with: the remembered one, else the browser's first that we speak, else English. */
export function chooseLanguage(remembered: string | null, preferred: readonly string[]): Language {
  const known = languages.find((language) => language === remembered);
  if (known !== undefined) return known;
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'zh') return 'zh-CN';
    if (primary === 'en') return 'en';
  }
  return 'en';
}
