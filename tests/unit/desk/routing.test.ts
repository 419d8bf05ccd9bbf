import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { route } from '../../../src/desk/routing/route.ts';
import { loadRoutingTable, type RoutingTable, routingTableSchema } from '../../../src/desk/routing/routing-table.ts';
import type { RoutingFacts } from '../../../src/domain/routing.ts';
import { sceneIds } from '../../../src/domain/scene-id.ts';
import { parseConfig } from '../../../src/lib/config.ts';

const shipped = loadRoutingTable(fileURLToPath(new URL('../../../edge-config/desk/routing.yaml', import.meta.url)));

function facts(overrides: Partial<RoutingFacts> = {}): RoutingFacts {
  return { scene: 'illegal_parking', severity: 3, zoneTags: [], division: '330503001', ...overrides };
}

describe('the shipped routing table', () => {
  // design/scenes.md, "primary department (+co)", row by row.
  test.each([
    ['illegal_parking', ['roadway'], '公安', []],
    ['illegal_parking', ['sidewalk'], '综合执法', []],
    ['illegal_parking', [], '公安', []],
    ['fire_lane_blocked', [], '消防', ['公安', '住建']],
    ['waterside_abnormal', [], '应急管理', ['公安']],
    ['waterside_abnormal', ['fishery'], '应急管理', ['公安', '农业农村']],
    ['street_vending', [], '综合执法', ['市场监管']],
    ['exposed_garbage', [], '综合执法', []],
    ['material_dumping', [], '综合执法', ['住建', '自然资源']],
    ['nonmotor_misparking', [], '综合执法', ['公安']],
    ['crowd_gathering', [], '公安', ['司法', '人力社保']],
    ['waterlogging', [], '住建', ['应急管理']],
    ['fire_smoke', [], '消防', ['应急管理']],
    ['fire_smoke', ['farmland'], '消防', ['应急管理', '生态环境', '农业农村']],
    ['ebike_indoor', [], '消防', ['住建']],
    ['person_down', [], '公安', ['应急管理', '120']],
    ['muck_truck', [], '综合执法', ['住建', '公安']],
    ['zone_intrusion', ['site'], '住建', []],
    ['zone_intrusion', ['farmland'], '自然资源', []],
    ['zone_intrusion', ['fishery'], '农业农村', []],
    ['zone_intrusion', [], '公安', []],
  ] as const)('%s in a zone tagged %j goes to %s with %j', (scene, zoneTags, department, coDepartments) => {
    const decision = route(facts({ scene, zoneTags }), shipped);
    expect(decision).toMatchObject({ department, coDepartments, version: shipped.version });
    expect(decision.rule).toMatch(new RegExp(`^${scene}`));
  });

  test.each(sceneIds)('%s has a rule for any zone', (scene) => {
    expect(route(facts({ scene, zoneTags: ['no-such-tag'] }), shipped).rule).toBe(scene);
  });
});

describe('routing', () => {
  test('names the rule, its version and what it passed over', () => {
    const decision = route(facts({ zoneTags: ['sidewalk'] }), shipped);
    expect(decision).toMatchObject({
      rule: 'illegal_parking/sidewalk',
      version: shipped.version,
      reason: 'scene illegal_parking in a zone tagged sidewalk',
      rejected: [
        { rule: 'illegal_parking/roadway', reason: 'zone is not tagged roadway' },
        { rule: 'illegal_parking', reason: 'a rule for the tag goes first' },
      ],
    });
  });

  test('of two matching tags the one first in the table decides', () => {
    const decision = route(facts({ zoneTags: ['sidewalk', 'roadway'] }), shipped);
    expect(decision.rule).toBe('illegal_parking/roadway');
    expect(decision.rejected).toContainEqual({
      rule: 'illegal_parking/sidewalk',
      reason: 'after illegal_parking/roadway',
    });
  });

  test.each([
    ['330503001', '第一派出所综合室'],
    ['330503001007', '第一派出所综合室'],
    ['330503999', '南浔区综合指挥室'],
    ['330503', '南浔区综合指挥室'],
  ])('division %s belongs to %s', (division, station) => {
    expect(route(facts({ division }), shipped).station).toBe(station);
  });

  test('without a station for the division it is the command centre, and says so', () => {
    const decision = route(facts({ division: '110101' }), shipped);
    expect(decision).toMatchObject({ station: '综合指挥中心', department: '公安', rule: 'illegal_parking' });
    expect(decision.reason).toContain('no station for division 110101: to the command centre');
  });

  test('without a rule for the scene it is the command centre, and says so', () => {
    const decision = route(facts({ scene: 'broken_street_lamp' }), shipped);
    expect(decision).toMatchObject({ rule: 'command-centre', station: '综合指挥中心', department: '综合指挥中心' });
    expect(decision.reason).toContain('no rule for broken_street_lamp');
  });

  test('a rule may name its own station', () => {
    const table: RoutingTable = {
      ...shipped,
      rules: [{ id: 'r', scene: 'fire_smoke', department: '消防', co: [], station: '消防站' }],
    };
    expect(route(facts({ scene: 'fire_smoke' }), table).station).toBe('消防站');
  });

  test('decides the same again, and always decides', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), fc.string(), (scene, zoneTags, division) => {
        const asked = facts({ scene, zoneTags, division });
        const decision = route(asked, shipped);
        expect(route(asked, shipped)).toEqual(decision);
        expect(decision.station).not.toBe('');
        expect(decision.department).not.toBe('');
      }),
    );
  });
});

describe('a routing table with mistakes is refused', () => {
  const frame = (rules: string) =>
    `version: "1"\ncommandCentre: { station: s, department: d }\nstations: []\nrules:\n${rules}`;

  test.each([
    ['an unknown department', '  - { id: a, scene: x, department: 城管 }', /rules\[0\]\.department/],
    [
      'two rules of one name',
      '  - { id: a, scene: x, department: 公安 }\n  - { id: a, scene: y, department: 公安 }',
      /rules\[1\]\.id: rule a is there twice/,
    ],
    [
      'two rules for one case',
      '  - { id: a, scene: x, department: 公安 }\n  - { id: b, scene: x, department: 消防 }',
      /x × any zone has two rules/,
    ],
  ])('%s', (_what, rules, message) => {
    expect(() => parseConfig(frame(rules), routingTableSchema, 'routing.yaml')).toThrow(message);
  });
});
