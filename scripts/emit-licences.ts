import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Writes docs/third-party-licences.md from package-lock.json and the packages' own statements. */

interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
}

const root = new URL('../', import.meta.url);
const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')) as {
  packages: Record<string, LockEntry>;
};

function licenceOf(path: string, entry: LockEntry): string {
  if (entry.license !== undefined) return entry.license;
  const manifest = new URL(`${path}/package.json`, root);
  if (!existsSync(manifest)) return 'not stated (optional, not installed here)';
  const { license, licenses } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    license?: string | { type: string };
    licenses?: readonly { type: string }[];
  };
  if (typeof license === 'string' && license !== '') return license;
  return license instanceof Object ? license.type : (licenses?.map((each) => each.type).join(' OR ') ?? 'not stated');
}

const packages = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: entry.version ?? '',
    licence: licenceOf(path, entry),
    use: entry.dev === true ? 'tests and tooling' : 'product',
  }))
  .sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));

const unique = [...new Map(packages.map((each) => [`${each.name}@${each.version}`, each])).values()];
const counts = new Map<string, number>();
for (const { licence, use } of unique) {
  if (use === 'product') counts.set(licence, (counts.get(licence) ?? 0) + 1);
}

writeFileSync(
  new URL('docs/third-party-licences.md', root),
  `# Third-party licences

Maplebridge itself is Apache-2.0 (\`LICENSE\`). Written by \`npm run docs\` from \`package-lock.json\`; nothing here is copied into the repository, npm installs it.

## What needs a second look
- **node-av** is MIT, but its binary package carries **FFmpeg 8.1 built with \`--enable-gpl --enable-version3\`** (x264, x265 and libfdk-aac inside; \`getFFmpegInfo()\` prints the whole configuration). That binary is under the **GPL, version 3 or later**. Maplebridge is not shipped with it: \`npm ci\` fetches it to the machine that runs it. Whoever hands on an image or a box with \`node_modules\` inside hands on that FFmpeg and must meet the GPL's terms (offer its source, keep the notices); libfdk-aac's own licence does not go together with the GPL, so such an image should carry an FFmpeg built without it: Maplebridge uses the H.264, H.265 and MJPEG decoders, the scaler, and one encoder, libvpx (VP9, BSD-3-Clause), for blurred clips. x264 and x265 are not used.
- **sharp** is Apache-2.0; its \`@img/sharp-libvips-*\` packages are LGPL-3.0-or-later, linked dynamically.
- **onnxruntime-node** is MIT. The CUDA and TensorRT providers, when somebody adds them, come under NVIDIA's terms.
- **fluent-ffmpeg** drives an \`ffmpeg\` of the machine (Debian's is GPL); it is used by the benches, off the hot path.
- **Model weights** are not in the repository; \`models/manifest.json\` names each one's licence and source.

## The product's packages by licence
| licence | packages |
|---|---|
${[...counts]
  .sort((a, b) => b[1] - a[1])
  .map(([licence, count]) => `| ${licence} | ${count} |`)
  .join('\n')}

## All packages
| package | version | licence | for |
|---|---|---|---|
${unique.map(({ name, version, licence, use }) => `| ${name} | ${version} | ${licence} | ${use} |`).join('\n')}
`,
);
