import { z } from 'zod';
import { en } from '../src/console/i18n/en.ts';
import { zh } from '../src/console/i18n/zh.ts';
import { commonSceneFields } from '../src/edge/scene/common-config.ts';
import { sceneModules } from '../src/edge/scene/registry.ts';
import type { SceneModule } from '../src/edge/scene/scene-module.ts';

interface Field {
  readonly type?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly unit?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly items?: Field;
}

/** docs/scenes.md: every scene of the registry with every threshold, from the schemas themselves. */
export function scenesPage(): string {
  const common = fieldsOf(z.toJSONSchema(z.strictObject(commonSceneFields), { io: 'input' }));
  const shared = new Map(common.map(([name, field]) => [name, defaultOf(field)]));
  return `# Scenes

The kinds of trouble a camera can be watched for. A camera names a scene with the zones it is watched for in (\`scenes: { illegal_parking: { zones: [kerb] } }\`, [zones.md](zones.md)); all else has defaults. \`maplebridge what-if\` tells what a change would have done, \`maplebridge explain\` why a scene did or did not speak ([tuning.md](tuning.md)). Written by \`npm run docs\` from the scenes' own schemas.

## Common to all

${table(common)}

${sceneModules.map((module) => section(module, shared)).join('\n\n')}
`;
}

/** `shared`: the common fields with their defaults; a scene tells those that it has otherwise. */
function section(module: SceneModule, shared: ReadonlyMap<string, string>): string {
  const { id, classes, severity, looks } = module;
  const fields = fieldsOf(z.toJSONSchema(module.schema, { io: 'input' }));
  const own = fields.filter(([name, field]) => shared.get(name) !== defaultOf(field));
  const title = [en, zh].map((words) => (words as Readonly<Record<string, string>>)[`scene.${id}`]);
  const seconds = (ms: number) => `${ms / 1000} s`;
  return `## ${[`\`${id}\``, ...title].join(' · ')}

Looks for ${classes.map((name) => `\`${name}\``).join(', ')}. Severity ${severity}${severity === 1 ? ' at its gravest' : ''}. A look every ${seconds(looks.idleMs)} while nothing goes on, every ${seconds(looks.busyMs)} while something does.

${own.length === 0 ? 'Nothing of its own to set.' : table(own)}`;
}

function fieldsOf(schema: unknown): [string, Field][] {
  return Object.entries((schema as { properties: Readonly<Record<string, Field>> }).properties);
}

function table(fields: readonly [string, Field][]): string {
  const rows = fields.map(([name, field]) => {
    const cells = [`\`${name}\``, defaultOf(field), rangeOf(field), field.description ?? ''];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  });
  return ['| field | default | range | |', '|---|---|---|---|', ...rows].join('\n');
}

function defaultOf({ default: value, unit }: Field): string {
  if (value === undefined) return '–';
  return typeof value === 'number' && unit === 'ms' ? `${value} ms` : `\`${JSON.stringify(value)}\``;
}

function rangeOf({ minimum, maximum, exclusiveMinimum, enum: values, items }: Field): string {
  const choices = values ?? items?.enum;
  if (choices !== undefined) return choices.length > 8 ? `${choices.length} classes` : choices.join(', ');
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : `above ${exclusiveMinimum}`);
  const most = maximum === undefined || maximum > 1e12 ? undefined : maximum;
  if (least === undefined && most === undefined) return '';
  return most === undefined ? `from ${least}` : `${least ?? ''} to ${most}`;
}
