import { describe, expect, it } from 'vitest';
import { en } from '../../../src/console/i18n/en.ts';
import { chooseLanguage, nameOf, translate } from '../../../src/console/i18n/translate.ts';
import { zh } from '../../../src/console/i18n/zh.ts';
import { sceneIds } from '../../../src/domain/scene-id.ts';
import { ticketActions, ticketStates } from '../../../src/domain/ticket.ts';
import { errorCodes } from '../../../src/lib/error-codes.ts';

const placesOf = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort();

describe('the dictionaries', () => {
  it('have the same keys in the same order', () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
  });

  it('have no empty text and the same places in both languages', () => {
    for (const [key, text] of Object.entries(en)) {
      const chinese: string = zh[key as keyof typeof en];
      expect(text.trim(), key).not.toBe('');
      expect(chinese.trim(), key).not.toBe('');
      expect(placesOf(chinese), key).toEqual(placesOf(text));
    }
  });

  it('name every scene, state and action', () => {
    const keys = new Set(Object.keys(en));
    const missing = [
      ...sceneIds.map((id) => `scene.${id}`),
      ...ticketStates.map((state) => `state.${state}`),
      ...ticketActions.map((action) => `action.${action}`),
    ].filter((key) => !keys.has(key));
    expect(missing).toEqual([]);
  });

  it('explain only error codes that exist, each with what helps', () => {
    const codes = Object.keys(en).filter((key) => /^error\.MB_[A-Z_]+$/.test(key));
    expect(codes.length).toBeGreaterThan(0);
    for (const key of codes) {
      expect(Object.keys(errorCodes)).toContain(key.slice('error.'.length));
      expect(Object.keys(en)).toContain(`${key}.help`);
    }
  });
});

describe('translate', () => {
  it('fills in the places', () => {
    expect(translate('en', 'list.overdue', { count: 3 })).toBe('3 overdue');
    expect(translate('zh-CN', 'list.overdue', { count: 3 })).toBe('3 件超时');
  });

  it('leaves a place without a value visible', () => {
    expect(translate('en', 'list.overdue')).toBe('{count} overdue');
  });

  it("shows a site's own scene by its id", () => {
    expect(nameOf('zh-CN', 'scene', 'illegal_parking')).toBe('机动车违停');
    expect(nameOf('zh-CN', 'scene', 'kite_flying')).toBe('kite_flying');
  });
});

describe('the first language', () => {
  it.each([
    ['en', ['zh-CN'], 'en'],
    ['zh-CN', ['en'], 'zh-CN'],
    ['de', ['zh-TW', 'en'], 'zh-CN'],
    [null, ['de-DE', 'en-US', 'zh'], 'en'],
    [null, ['de-DE'], 'en'],
    [null, [], 'en'],
  ])('remembered %s, browser %j → %s', (remembered, preferred, expected) => {
    expect(chooseLanguage(remembered, preferred)).toBe(expected);
  });
});
