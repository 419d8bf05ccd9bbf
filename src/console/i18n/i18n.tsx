import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { UtcMs } from '../../domain/ids.ts';
import { ageOf, type TimeStyle, timeFormats } from '../time/format.ts';
import type { MessageKey } from './en.ts';
import { chooseLanguage, type Language, nameOf, type Parameters, translate, type Vocabulary } from './translate.ts';

const storageKey = 'maplebridge.language';

/** All a component needs to speak: words, names from data, and times in the reader's zone. */
export interface I18n {
  readonly language: Language;
  setLanguage(language: Language): void;
  t(key: MessageKey, parameters?: Parameters): string;
  /** The word for a scene, state, department … that comes from data. */
  name(group: Vocabulary, value: string | number): string;
  time(at: UtcMs, style: TimeStyle): string;
  /** How long ago, in one unit. */
  age(at: UtcMs, now: UtcMs): string;
}

const I18nContext = createContext<I18n | undefined>(undefined);

/** Gives its children the words; remembers the choice in this browser. */
export function I18nProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(() => chooseLanguage(localStorage.getItem(storageKey), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo(
    () =>
      speak(language, (next) => {
        localStorage.setItem(storageKey, next);
        setLanguage(next);
      }),
    [language],
  );
  return <I18nContext value={value}>{children}</I18nContext>;
}

/** The words of the current language. */
export function useI18n(): I18n {
  const value = useContext(I18nContext);
  if (value === undefined) throw new Error('useI18n needs an I18nProvider above it');
  return value;
}

function speak(language: Language, setLanguage: (language: Language) => void): I18n {
  const formats = timeFormats(language);
  return {
    language,
    setLanguage,
    t: (key, parameters) => translate(language, key, parameters),
    name: (group, value) => nameOf(language, group, value),
    time: (at, style) => formats[style].format(at),
    age: (at, now) => {
      const { key, n } = ageOf(at, now);
      return translate(language, key, { n });
    },
  };
}
