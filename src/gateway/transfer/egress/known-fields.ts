import { z } from 'zod';
import { alertSchema } from '../../../contracts/alert-event.ts';

interface JsonNode {
  readonly properties?: Readonly<Record<string, JsonNode>>;
  readonly items?: JsonNode | boolean;
  readonly prefixItems?: readonly JsonNode[];
  readonly anyOf?: readonly JsonNode[];
  readonly propertyNames?: { readonly enum?: readonly string[] };
}

/**
 * Every field an alert can have, as paths: `camera.id`, `subjects[].box`, `details.kind`. A list of plain values is one
 * field; what holds fields of its own is none. Nothing else may be named, neither by a policy nor in a refusal: a field's
 * name can carry a value as well as the field can.
 */
export function knownFields(): ReadonlySet<string> {
  const found = new Set<string>();
  collect(z.toJSONSchema(alertSchema, { io: 'input', unrepresentable: 'any' }) as JsonNode, '', found);
  return found;
}

function collect(node: JsonNode, path: string, found: Set<string>): void {
  const under = (name: string) => (path === '' ? name : `${path}.${name}`);
  const { properties, items, anyOf, propertyNames } = node;
  if (properties !== undefined) {
    for (const [name, child] of Object.entries(properties)) collect(child, under(name), found);
  } else if (propertyNames?.enum !== undefined) {
    for (const name of propertyNames.enum) found.add(under(name));
  } else if (typeof items === 'object' && items.properties !== undefined) {
    collect(items, `${path}[]`, found);
  } else if (anyOf?.some(({ properties: inner }) => inner !== undefined) === true) {
    for (const branch of anyOf) collect(branch, path, found);
  } else {
    found.add(path);
  }
}
