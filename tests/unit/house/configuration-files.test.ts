import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { serviceSchemas } from '../../../src/cli/config.ts';
import { configSchemaFiles } from '../../../src/cli/config-schemas.ts';
import { demoUsers } from '../../../src/desk/demo-users.ts';
import { loadRoutingTable } from '../../../src/desk/routing/routing-table.ts';
import { loadConfig } from '../../../src/lib/config.ts';

const folder = (path: string) => fileURLToPath(new URL(`../../../edge-config/${path}`, import.meta.url));

/** Fields of a JSON Schema that have no description, by path. */
function undescribed(node: unknown, path: string): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { properties } = node as { properties?: Record<string, { description?: string }> };
  const own = Object.entries(properties ?? {}).flatMap(([name, field]) =>
    name.endsWith('Ms') && field.description === undefined ? [`${path}.${name}`] : [],
  );
  return [...own, ...Object.entries(node).flatMap(([name, child]) => undescribed(child, `${path}/${name}`))];
}

describe('configuration files', () => {
  const examples = ['demo', 'example'].flatMap((dir) =>
    readdirSync(folder(dir))
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => `${dir}/${file}`),
  );

  test('there are examples for every service and transfer mode', () => expect(examples).toHaveLength(10));

  test.each(examples)('%s is correct', (path) => {
    const schema = serviceSchemas[path.replace(/^.*\/([a-z]+)[^/]*\.yaml$/, '$1')];
    expect(() => schema && loadConfig(folder(path), schema)).not.toThrow();
    expect(schema).toBeDefined();
  });

  test('the routing table is correct', () => expect(() => loadRoutingTable(folder('desk/routing.yaml'))).not.toThrow());

  test('the demo’s users are those its start announces', () => {
    const text = readFileSync(folder('demo/desk.yaml'), 'utf8');
    for (const { name, tokenSha256 } of demoUsers.filter((user) => user.name !== 'admin')) {
      expect(text).toContain(`name: ${name}`);
      expect(text).toContain(tokenSha256);
    }
  });

  test.each(Object.entries(configSchemaFiles()))('schema/%s is what the code checks with', (file, schema) => {
    expect(JSON.parse(readFileSync(folder(`schema/${file}`), 'utf8'))).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  test('every duration has its help', () => {
    expect(Object.entries(configSchemaFiles()).flatMap(([file, schema]) => undescribed(schema, file))).toEqual([]);
  });
});
