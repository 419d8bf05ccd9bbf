import { Segmented } from 'antd';
import { useI18n } from '../i18n/i18n.tsx';
import type { Language } from '../i18n/translate.ts';

const options: { label: string; value: Language }[] = [
  { label: '中文', value: 'zh-CN' },
  { label: 'EN', value: 'en' },
];

/** Switches the language; each is named in itself. */
export function LanguageSwitch() {
  const { language, setLanguage, t } = useI18n();
  return (
    <Segmented
      aria-label={t('app.language')}
      name="language"
      size="small"
      options={options}
      value={language}
      onChange={setLanguage}
    />
  );
}
