import { z } from 'zod';
import { loadConfig } from '../../lib/config.ts';

/** Departments that tickets go to (design: desk.md, Catalogue), with the partners scenes call. */
const departments = [
  '公安',
  '综合执法',
  '市场监管',
  '司法',
  '农业农村',
  '应急管理',
  '消防',
  '人力社保',
  '住建',
  '生态环境',
  '自然资源',
  '镇政府',
  '妇联',
  '法院',
  '信访',
  '商会',
  '运维',
  '120',
] as const;

const department = z.enum(departments);

const ruleSchema = z.strictObject({
  id: z.string().min(1).meta({ description: 'Name of the rule, unique; stored with every decision.' }),
  scene: z.string().min(1).meta({ description: 'Scene the rule is for.' }),
  tag: z.string().min(1).optional().meta({ description: 'Only where the zone bears this tag; absent: any zone.' }),
  department: department.meta({ description: 'Department that owns the ticket.' }),
  co: z.array(department).default([]).meta({ description: 'Departments that are told and help.' }),
  station: z.string().min(1).optional().meta({ description: 'Station instead of the one of the division.' }),
});

/** Routing as configuration: edge-config/desk/routing.yaml. */
export const routingTableSchema = z
  .strictObject({
    version: z.string().min(1).max(64).meta({ description: 'Raise it with every change: decisions name it.' }),
    commandCentre: z
      .strictObject({ station: z.string().min(1), department: z.string().min(1) })
      .meta({ description: 'Who takes what no rule or station matches.' }),
    stations: z
      .array(
        z.strictObject({
          division: z
            .string()
            .regex(/^\d{2,12}$/)
            .meta({ description: 'GB/T 2260 code or its beginning.' }),
          station: z.string().min(1),
        }),
      )
      .meta({ description: 'Station of a division; the longest matching code wins.' }),
    rules: z.array(ruleSchema).min(1).meta({ description: 'Scene and zone tag to departments; tagged rules first.' }),
  })
  .superRefine((table, context) => {
    const seen = { rule: new Set<string>(), case: new Set<string>(), division: new Set<string>() };
    const refuse = (set: Set<string>, value: string, path: (string | number)[], message: string) => {
      if (set.has(value)) context.addIssue({ code: 'custom', path, message });
      set.add(value);
    };
    table.rules.forEach((rule, index) => {
      refuse(seen.rule, rule.id, ['rules', index, 'id'], `rule ${rule.id} is there twice`);
      const what = `${rule.scene} × ${rule.tag ?? 'any zone'}`;
      refuse(seen.case, what, ['rules', index, 'scene'], `${what} has two rules`);
    });
    table.stations.forEach(({ division }, index) => {
      refuse(seen.division, division, ['stations', index, 'division'], `division ${division} has two stations`);
    });
  });

/** A checked routing table. */
export type RoutingTable = z.output<typeof routingTableSchema>;

/** Reads a table. @throws AppError MB_CONFIG_UNREADABLE or MB_CONFIG_INVALID naming line and path. */
export function loadRoutingTable(path: string): RoutingTable {
  return loadConfig(path, routingTableSchema);
}
