import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { en } from '../../../src/console/i18n/en.ts';
import { chooseLanguage, nameOf, stageNameOf, translate } from '../../../src/console/i18n/translate.ts';
import { zh } from '../../../src/console/i18n/zh.ts';
import { integrityActions } from '../../../src/contracts/integrity-case.ts';
import { integrityKinds } from '../../../src/contracts/ticket-intake.ts';
import { objectClasses } from '../../../src/domain/object-class.ts';
import { sceneDetailNames } from '../../../src/domain/scene-detail.ts';
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

  it('name every scene, state, action, object, measurement and integrity incident', () => {
    const keys = new Set(Object.keys(en));
    const missing = [
      ...sceneIds.map((id) => `scene.${id}`),
      ...ticketStates.map((state) => `state.${state}`),
      ...ticketActions.map((action) => `action.${action}`),
      ...objectClasses.map((each) => `object.${each}`),
      ...sceneDetailNames.map((name) => `measure.${name}`),
      ...integrityKinds.flatMap((kind) => [`incident.kind.${kind}`, `incident.kind.${kind}.help`]),
      ...integrityActions.flatMap((each) => [`incident.action.${each}`, `incident.note.${each}`]),
    ].filter((key) => !keys.has(key));
    expect(missing).toEqual([]);
  });

  it('name every department tickets are routed to', () => {
    const path = fileURLToPath(new URL('../../../edge-config/desk/routing.yaml', import.meta.url));
    const table = parse(readFileSync(path, 'utf8')) as {
      commandCentre: { department: string };
      rules: { department: string; co?: string[] }[];
    };
    const departments = [
      table.commandCentre.department,
      ...table.rules.flatMap((rule) => [rule.department, ...(rule.co ?? [])]),
    ];
    expect(departments.length).toBeGreaterThan(10);
    expect(departments.filter((name) => !(`department.${name}` in en))).toEqual([]);
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

  it.each([
    ['frame', '摄像机画面帧'],
    ['edge.decoded', '解码'],
    ['alert.cleared', '摄像机确认已恢复'],
    ['ticket.routed', '已分派'],
    ['ticket.signed', '已签收'],
    ['connector.sent', 'connector.sent'],
  ])('names the trace step %s', (stage, text) => {
    expect(stageNameOf('zh-CN', stage)).toBe(text);
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
