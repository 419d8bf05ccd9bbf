import { sceneModules } from '../edge/scene/registry.ts';
import { commonReasons, type ReasonTexts, type RuleVerdict, type SceneNote } from '../edge/scene/rule/rule-trace.ts';
import { durationText, type Language } from './duration-text.ts';

/** Words of `explain`. */
export const explainWords = {
  en: {
    verdicts: { fires: 'FIRES', waits: 'waits', suppressed: 'suppressed', ignored: 'ignored' },
    look: 'look',
    away: (gap: string) => `(${gap} from the time asked for)`,
    fault: (fault: string) => `the camera is ${fault}: its scenes are suspended`,
    tracks: (count: number) => (count === 0 ? 'no tracks' : `${count} track(s)`),
    seenFor: 'for',
    hidden: 'not seen for',
    zones: 'zones',
    nothing: 'nothing of its classes was seen',
    open: 'open incident',
    since: 'since',
    phases: { raised: 'raises', updated: 'updates', cleared: 'clears' },
  },
  zh: {
    verdicts: { fires: '触发', waits: '等待', suppressed: '抑制', ignored: '忽略' },
    look: '查看时刻',
    away: (gap: string) => `（距所问时刻 ${gap}）`,
    fault: (fault: string) => `摄像机异常（${fault}）：场景已暂停`,
    tracks: (count: number) => (count === 0 ? '无目标' : `${count} 个目标`),
    seenFor: '已出现',
    hidden: '未见',
    zones: '区域',
    nothing: '未见该场景关注的目标',
    open: '未解除事件',
    since: '起始',
    phases: { raised: '产生', updated: '更新', cleared: '解除' },
  },
} as const satisfies Record<Language, { verdicts: Record<RuleVerdict, string>; [word: string]: unknown }>;

/** What a finding says, in words; a code without words stands for itself. */
export function noteText({ scene, code, values = {} }: SceneNote, language: Language): string {
  const own: ReasonTexts = sceneModules.find(({ id }) => id === scene)?.reasons ?? {};
  const common: ReasonTexts = commonReasons;
  const text = (own[code] ?? common[code])?.[language];
  if (text === undefined) return [code, ...Object.entries(values).map(([name, value]) => `${name}=${value}`)].join(' ');
  return text.replace(/\{(\w+)\}/g, (_, name: string) => valueText(name, values[name], language));
}

/** Durations as people read them; of measures three places, so that 0.298 is not said to be below 0.3 as 0.30. */
function valueText(name: string, value: number | string | undefined, language: Language): string {
  if (value === undefined) return '?';
  if (typeof value === 'string') return value;
  if (name.endsWith('Ms')) return durationText(value, language);
  return String(Number(value.toFixed(3)));
}
