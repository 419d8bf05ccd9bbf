import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PictureTruth } from './truth.ts';

/** The `truth.jsonl` of a folder of pictures: written picture by picture, so that a stopped run can go on. */
export class PictureIndex {
  readonly #file: string;
  readonly #lines: Map<string, string>;

  private constructor(file: string, lines: Map<string, string>) {
    this.#file = file;
    this.#lines = lines;
  }

  /** Keeps what is whole: a line that was being written, or whose picture is gone, is as if never written. */
  static open(file: string): PictureIndex {
    const lines = new Map<string, string>();
    for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
      const picture = pictureOf(line);
      if (picture !== undefined && existsSync(join(dirname(file), picture))) lines.set(picture, line);
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

  /** Its picture must be there already. */
  add(truth: PictureTruth): void {
    const line = JSON.stringify(truth);
    this.#lines.set(truth.file, line);
    appendFileSync(this.#file, `${line}\n`);
  }

  /** Writes the lines in the order of their pictures. */
  sort(): void {
    const lines = [...this.#lines].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, line]) => `${line}\n`);
    writeFileSync(`${this.#file}.tmp`, lines.join(''));
    renameSync(`${this.#file}.tmp`, this.#file);
  }
}

function pictureOf(line: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    const file = typeof parsed === 'object' && parsed !== null && 'file' in parsed ? parsed.file : undefined;
    return typeof file === 'string' ? file : undefined;
  } catch {
    return undefined;
  }
}
