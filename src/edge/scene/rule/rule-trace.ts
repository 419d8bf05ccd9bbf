import type { TrackId, ZoneId } from '../../../domain/ids.ts';
import type { SceneId } from '../../../domain/scene-id.ts';

/**
 * What a rule made of one subject or zone on one look. `fires`: the condition holds; `waits`: it does not hold yet;
 * `suppressed`: it would, but for a reason of the scene's; `ignored`: it does not count at all.
 */
export type RuleVerdict = 'fires' | 'waits' | 'suppressed' | 'ignored';

/** One finding, told by its code; the module's `reasons` has the words. */
export interface RuleNote {
  readonly verdict: RuleVerdict;
  readonly code: string;
  readonly zone?: ZoneId | undefined;
  readonly track?: TrackId | undefined;
  /** Filled into the words: `{dwellMs}`. Durations in ms, shares 0–1. */
  readonly values?: Readonly<Record<string, number | string>> | undefined;
}

/** Takes a rule's findings; absent on ordinary looks, so that explaining costs nothing while nobody asks. */
export interface RuleTrace {
  note(note: RuleNote): void;
}

/** A finding with its scene. */
export interface SceneNote extends RuleNote {
  readonly scene: SceneId;
}

/** What a code means, for people: `stands for {dwellMs} of {neededMs}`. */
export interface ReasonText {
  readonly en: string;
  readonly zh: string;
}

/** Code → words. */
export type ReasonTexts = Readonly<Record<string, ReasonText>>;

/** Codes of the shared parts of rules. */
export const commonReasons = {
  'outside-schedule': { en: 'outside the hours of the scene', zh: '不在场景布防时段' },
  'scene-unavailable': { en: 'no loaded model provides {classes}', zh: '已加载的模型均不提供 {classes}' },
  'camera-suspended': { en: 'suspended: the camera is {fault}', zh: '已暂停：摄像机{fault}' },
  'look-incomplete': {
    en: 'the model for {classes} failed on this look, which says nothing',
    zh: '识别 {classes} 的模型本次失败，本次画面不作判断',
  },
  'too-small': { en: 'box height {height} below {least}', zh: '目标框高 {height} 低于 {least}' },
  'score-low': { en: 'score {score} below {least}', zh: '置信度 {score} 低于 {least}' },
  'never-clear': { en: 'best score {score} below {least}', zh: '最高置信度 {score} 低于 {least}' },
  'not-confirmed': { en: 'track not confirmed yet', zh: '轨迹尚未确认' },
  'outside-zone': { en: 'anchor outside every zone', zh: '锚点不在任何区域内' },
  'in-exclusion': { en: 'anchor in the excluded zone {exclusion}', zh: '锚点位于排除区域 {exclusion}' },
  dwells: { en: 'in the zone for {dwellMs} of {neededMs}', zh: '已停留 {dwellMs}，需 {neededMs}' },
  'dwell-reached': { en: 'in the zone for {dwellMs}, {neededMs} is enough', zh: '已停留 {dwellMs}，达到 {neededMs}' },
  cooldown: { en: 'the same case was cleared a short while ago', zh: '同一事件刚解除，处于冷却期' },
} as const satisfies ReasonTexts;
