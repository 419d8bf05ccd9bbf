import { appendFileSync } from 'node:fs';

/** Something that happened, milliseconds since the campaign began. */
export interface TimelineEntry {
  readonly at: number;
  readonly what: string;
}

/** What happened when, in memory and in a file. */
export class Timeline {
  readonly #file: string;
  readonly #began = performance.now();
  readonly #entries: TimelineEntry[] = [];
  readonly #say: (line: string) => void;

  constructor(file: string, say: (line: string) => void) {
    this.#file = file;
    this.#say = say;
  }

  /** Milliseconds since the campaign began; no clock jump moves it. */
  now(): number {
    return performance.now() - this.#began;
  }

  note(what: string): void {
    const entry = { at: Math.round(this.now()), what };
    this.#entries.push(entry);
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
    this.#say(line(entry));
  }

  /** What happened around an instant, oldest first. */
  around(at: number, beforeMs: number, afterMs: number): string[] {
    return this.#entries.filter((entry) => entry.at >= at - beforeMs && entry.at <= at + afterMs).map(line);
  }
}

function line({ at, what }: TimelineEntry): string {
  return `${(at / 1000).toFixed(1).padStart(7)} s  ${what}`;
}
