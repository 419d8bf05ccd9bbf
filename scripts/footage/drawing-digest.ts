import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where drawing begins; `page.ts` is what the browser loads. All else follows from their imports. */
const beginnings = ['dataset-drawing.ts', 'dataset-plan.ts', 'stage-browser.ts', 'stage/page.ts'] as const;

/** Faults draw nothing, and with another text of one a half-drawn folder need not be other code's. */
const besides = 'src/lib/errors.ts';

/** What a picture's pixels and boxes follow from. */
export interface DrawingSources {
  /** Relative to the repository. */
  readonly files: readonly string[];
  /** Packages that the files use. */
  readonly packages: readonly string[];
}

/** Follows what is imported when it runs; imports of types draw nothing. */
export function drawingSources(): DrawingSources {
  const files = new Set(beginnings.map((file) => `scripts/footage/${file}`));
  const packages = new Set<string>();
  // A set tells what is added while it is gone through as well.
  for (const file of files)
    for (const name of importsOf(readFileSync(join(root, file), 'utf8'))) {
      const imported = relative(root, join(root, dirname(file), name));
      if (!name.startsWith('.')) packages.add(packageOf(name));
      else if (imported !== besides) files.add(imported);
    }
  return { files: [...files].sort(), packages: [...packages].filter((name) => !name.startsWith('node:')).sort() };
}

/**
 * Names the code that draws: another digest may mean other pictures from the same seed (or just another comment).
 * Chromium is not in it: it is the machine's own, and every update of it would make each folder other code's.
 */
export function drawingDigest(): string {
  const { files, packages } = drawingSources();
  const versions = lockedVersions();
  return digestOf([
    ...files.map((file) => [file, readFileSync(join(root, file), 'utf8')] as const),
    ...packages.map((name) => [name, versions(name)] as const),
  ]);
}

/** Of names, each with its text or version. */
export function digestOf(parts: readonly (readonly [name: string, text: string])[]): string {
  const digest = createHash('sha256');
  for (const [name, text] of parts) digest.update(`${name}\n${text}\n`);
  return digest.digest('hex').slice(0, 16);
}

function importsOf(code: string): string[] {
  return [...code.matchAll(/^(?:import|export) (?!type )(?:[^;'()=]* from )?'([^']+)'/gm)].map(([, name = '']) => name);
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

function lockedVersions(): (name: string) => string {
  const { packages }: { packages: Readonly<Record<string, { readonly version?: string }>> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  return (name) => {
    const version = packages[`node_modules/${name}`]?.version;
    if (version === undefined)
      throw new Error(`package-lock.json: no version of ${name}, which draws; run npm install`);
    return version;
  };
}
