import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const src = fileURLToPath(new URL('../../../src', import.meta.url));

/** Every TypeScript file of src with the files and packages it imports. */
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => !path.includes('node_modules'))
  .map((path) => ({ path: relative(src, path), imports: importsOf(path) }));

function importsOf(path: string): { local: string[]; packages: string[] } {
  const specifiers = [...readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  return {
    local: specifiers.filter((each) => each.startsWith('.')).map((each) => relative(src, resolve(dirname(path), each))),
    packages: specifiers.filter((each) => !each.startsWith('.') && !each.startsWith('node:')),
  };
}

/** `edge/ingest/x.ts` → `edge/ingest`; `edge/main.ts` → `edge`; `main.ts` → ``. */
const folderOf = (path: string) => (dirname(path) === '.' ? '' : dirname(path).split('/').slice(0, 2).join('/'));
const roomOf = (path: string) => path.split('/')[0] ?? '';
const isStage = (folder: string) => /^(edge|gateway|desk|fleet)\/.+/.test(folder);

function violations(allowed: (from: string, to: string) => boolean): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.local.filter((to) => !allowed(path, to)).map((to) => `${path} → ${to}`),
  );
}

describe('dependency directions', () => {
  test('there is something to check', () => expect(files.length).toBeGreaterThan(50));

  test('domain imports nothing but itself', () => {
    expect(violations((from, to) => roomOf(from) !== 'domain' || roomOf(to) === 'domain')).toEqual([]);
    expect(files.filter(({ path, imports }) => roomOf(path) === 'domain' && imports.packages.length > 0)).toEqual([]);
  });

  test('lib imports domain and lib', () => {
    expect(violations((from, to) => roomOf(from) !== 'lib' || ['lib', 'domain'].includes(roomOf(to)))).toEqual([]);
  });

  test('contracts import domain, lib and contracts', () => {
    expect(
      violations((from, to) => roomOf(from) !== 'contracts' || ['contracts', 'lib', 'domain'].includes(roomOf(to))),
    ).toEqual([]);
  });

  test('edge, fleet, gateway, desk, simulator and console never import each other', () => {
    const rooms = ['edge', 'fleet', 'gateway', 'desk', 'simulator', 'console'];
    expect(
      violations(
        (from, to) => !rooms.includes(roomOf(from)) || !rooms.includes(roomOf(to)) || roomOf(from) === roomOf(to),
      ),
    ).toEqual([]);
  });

  test('a stage of the edge or the gateway never imports its sibling', () => {
    const held = (folder: string) => isStage(folder) && !folder.startsWith('desk/');
    expect(
      violations((from, to) => !held(folderOf(from)) || !held(folderOf(to)) || folderOf(from) === folderOf(to)),
    ).toEqual([]);
  });

  test('a stage never imports what composes it', () => {
    expect(
      violations(
        (from, to) =>
          !isStage(folderOf(from)) ||
          (to.includes('/') && (isStage(folderOf(to)) || ['domain', 'lib', 'contracts'].includes(roomOf(to)))),
      ),
    ).toEqual([]);
  });

  test.each([
    ['onnxruntime-node', 1],
    ['aedes', 1],
    ['onvif', 1],
    ['csv-parse', 1],
    ['bullmq', 1],
    ['ioredis', 1],
    ['fastify', 10],
    ['mqtt', 1],
    ['pg', 1],
    // Annotates evidence, and resizes crops for the appearance model and pictures for the one that finds whom to blur.
    ['sharp', 3],
  ])('%s is imported in at most %i adapter files', (name, most) => {
    const users = files.filter(({ imports }) =>
      imports.packages.some((each) => each === name || each.startsWith(`${name}/`)),
    );
    expect(users.map(({ path }) => path).length, users.map(({ path }) => path).join(', ')).toBeLessThanOrEqual(most);
  });

  test('node-av is the decode stage’s own, and else imported where files are read and written', () => {
    const users = files.filter(({ imports }) => imports.packages.some((each) => /^node-av(\/|$)/.test(each)));
    const outside = users.map(({ path }) => path).filter((path) => folderOf(path) !== 'edge/decode');
    const known = [
      'edge/evidence/mp4-writer.ts',
      'edge/evidence/vp9-file.ts',
      'edge/ingest/file-reader.ts',
      'simulator/clip-reader.ts',
    ];
    expect(outside.sort()).toEqual(known);
  });

  test('no import cycles', () => {
    expect(cycles()).toEqual([]);
  });
});

function cycles(): string[] {
  const graph = new Map(files.map(({ path, imports }) => [path, imports.local]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (trail.includes(path) || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}
