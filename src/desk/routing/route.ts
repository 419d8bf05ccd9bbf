import type { RejectedRule, RoutingDecision, RoutingFacts } from '../../domain/routing.ts';
import type { RoutingTable } from './routing-table.ts';

type Rule = RoutingTable['rules'][number];

/**
 * Decides by table alone, so that a stored decision can be replayed: a rule for scene and zone tag, else one for the
 * scene in any zone, else the command centre; the station of the longest matching division, else the command centre.
 */
export function route(facts: RoutingFacts, table: RoutingTable): RoutingDecision {
  const rules = table.rules.filter((rule) => rule.scene === facts.scene);
  const taken =
    rules.find((rule) => rule.tag !== undefined && facts.zoneTags.includes(rule.tag)) ??
    rules.find((rule) => rule.tag === undefined);
  const rejected = rules.filter((rule) => rule !== taken).map((rule) => rejection(rule, taken, facts));
  const station = taken?.station ?? stationOf(facts.division, table);
  const reasons = [
    taken === undefined ? `no rule for ${facts.scene} here: to the command centre` : matchOf(taken),
    ...(station === undefined ? [`no station for division ${facts.division}: to the command centre`] : []),
  ];
  return {
    rule: taken?.id ?? 'command-centre',
    version: table.version,
    station: taken === undefined ? table.commandCentre.station : (station ?? table.commandCentre.station),
    department: taken?.department ?? table.commandCentre.department,
    coDepartments: taken?.co ?? [],
    reason: reasons.join('; '),
    rejected,
  };
}

function matchOf(rule: Rule): string {
  return rule.tag === undefined ? `scene ${rule.scene}` : `scene ${rule.scene} in a zone tagged ${rule.tag}`;
}

function rejection(rule: Rule, taken: Rule | undefined, facts: RoutingFacts): RejectedRule {
  if (rule.tag !== undefined && !facts.zoneTags.includes(rule.tag)) {
    return { rule: rule.id, reason: `zone is not tagged ${rule.tag}` };
  }
  return { rule: rule.id, reason: rule.tag === undefined ? 'a rule for the tag goes first' : `after ${taken?.id}` };
}

function stationOf(division: string, table: RoutingTable): string | undefined {
  return table.stations
    .filter((each) => division.startsWith(each.division))
    .reduce<RoutingTable['stations'][number] | undefined>(
      (best, each) => (best === undefined || each.division.length > best.division.length ? each : best),
      undefined,
    )?.station;
}
