/** Languages the console and the tools speak. */
export type Language = 'en' | 'zh';

const units = [
  [86_400_000, ' d', ' 天'],
  [3_600_000, ' h', ' 小时'],
  [60_000, ' min', ' 分'],
  [1_000, ' s', ' 秒'],
] as const;

/** A duration as people read it: `5 min 20 s`, `5 分 20 秒`; its two largest units. */
export function durationText(ms: number, language: Language = 'en'): string {
  const total = Math.round(Math.abs(ms));
  const sign = ms < 0 ? '−' : '';
  if (total < 1_000) return `${sign}${total}${language === 'en' ? ' ms' : ' 毫秒'}`;
  // A dwell of 9.5 s is not 9 s to whoever asks why it is not 10.
  if (total < 60_000) return `${sign}${Math.round(total / 100) / 10}${language === 'en' ? ' s' : ' 秒'}`;
  const first = units.findIndex(([size]) => total >= size);
  let rest = total;
  const parts = units.slice(first, first + 2).flatMap(([size, en, zh]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count}${language === 'en' ? en : zh}`];
  });
  return `${sign}${parts.join(' ')}`;
}
