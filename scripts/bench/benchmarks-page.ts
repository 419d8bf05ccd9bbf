import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

const header = `# Benchmarks

Each section is written by its bench (\`npm run bench -- NAME\`) and replaced when it runs again. CPU is user and system
time of the process, in cores. Nothing here is asserted by a test; what is compared is measured beside its peer in the
same run.
`;

/** A table of Markdown; the first row is the head. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

/** Puts a bench's section into the page, in place of the one it wrote before. */
export function writeSection(file: string, name: string, text: string): void {
  const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const section = `${start}\n## ${name}\n\n${provenance()}\n\n${text.trim()}\n${end}\n`;
  const page = existsSync(file) ? readFileSync(file, 'utf8') : header;
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  const known = from !== -1 && to > from;
  const before = known ? page.slice(0, from) : `${page.trimEnd()}\n\n`;
  writeFileSync(file, known ? `${before}${section}${page.slice(to + end.length + 1)}` : `${before}${section}`);
}

function provenance(): string {
  // Where the results went is nobody's business but the caller's.
  const args = process.argv
    .slice(2)
    .join(' ')
    .replace(/ --(json|page|card|rendered)[= ]\S+/g, '');
  const command = `npm run bench -- ${args}`;
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return `${date} UTC, ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}: \`${command}\``;
}
