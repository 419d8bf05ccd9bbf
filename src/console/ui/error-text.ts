import { dictionaries, type Language } from '../i18n/translate.ts';

/** What an error means and what helps, in the reader's language; a code we do not know keeps the desk's words. */
export function errorText(
  language: Language,
  error: { readonly code: string; readonly help: string },
): { readonly title: string; readonly help: string } {
  const texts: Readonly<Record<string, string>> = dictionaries[language];
  const code = error.code.startsWith('HTTP_') ? 'HTTP' : error.code;
  return {
    title: texts[`error.${code}`] ?? dictionaries[language]['error.title'],
    help: texts[`error.${code}.help`] ?? error.help,
  };
}
