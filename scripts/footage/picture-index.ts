import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PictureTruth } from './truth.ts';

/** What tells which picture a line is of. */
interface Line {
  readonly text: string;
  readonly seed: number | undefined;
}

/** The `truth.jsonl` of a folder of pictures: written picture by picture, so that a stopped run can go on. */
export class PictureIndex {
  readonly #file: string;
  readonly #lines: Map<string, Line>;

  private constructor(file: string, lines: Map<string, Line>) {
    this.#file = file;
    this.#lines = lines;
  }

  /** Keeps what is whole: a line that was being written, or whose picture is gone, is as if never written. */
  static open(file: string): PictureIndex {
    const lines = new Map<string, Line>();
    for (const text of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
      const [picture, seed] = toldBy(text);
      if (picture !== undefined && existsSync(join(dirname(file), picture))) lines.set(picture, { text, seed });
    }
    const index = new PictureIndex(file, lines);
    index.sort();
    return index;
  }

  get size(): number {
    return this.#lines.size;
  }

  has(picture: string): boolean {
    return this.#lines.has(picture);
  }

  /** Each picture and the seed its line tells. */
  *seeds(): Generator<readonly [picture: string, seed: number | undefined]> {
    for (const [picture, { seed }] of this.#lines) yield [picture, seed];
  }

  /** Its picture must be there already. One that is drawn again, with its place, has one line all the same. */
  add(truth: PictureTruth): void {
    const text = JSON.stringify(truth);
    if (this.#lines.get(truth.file)?.text === text) return;
    this.#lines.set(truth.file, { text, seed: truth.seed });
    appendFileSync(this.#file, `${text}\n`);
  }

  /** Writes the lines in the order of their pictures. */
  sort(): void {
    const lines = [...this.#lines].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, { text }]) => `${text}\n`);
    writeFileSync(`${this.#file}.tmp`, lines.join(''));
    renameSync(`${this.#file}.tmp`, this.#file);
  }
}

function toldBy(line: string): readonly [picture?: string, seed?: number] {
  try {
    const { file, seed } = JSON.parse(line) as Partial<Record<string, unknown>>;
    if (typeof file !== 'string') return [];
    return typeof seed === 'number' ? [file, seed] : [file];
  } catch {
    return [];
  }
}
