import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import type { Checkpoint } from '../../contracts/audit-checkpoint.ts';
import type { ExportLine } from '../../contracts/audit-export.ts';
import type { Sha256 } from '../../domain/ids.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContentStore } from '../../lib/content-store.ts';
import { softwareVersion } from '../../lib/version.ts';
import type { Database } from '../store/database.ts';
import type { Checkpointer } from './checkpointer.ts';
import { fileLines, presentFiles, storedLines } from './export-lines.ts';

/** What an export is made of. */
export interface ExportSource {
  readonly database: Pick<Database, 'snapshot'>;
  readonly checkpointer: Checkpointer;
  readonly evidence: ContentStore;
  readonly deskId: string;
  /** Ids of the keys that signed its checkpoints. */
  readonly deskKeys: readonly string[];
  readonly clock: Clock;
}

/**
 * Writes the whole log into a file: from one snapshot of the database, signed over exactly what is in it.
 * @throws AppError MB_AUDIT_INCONSISTENT, MB_DATABASE_UNREACHABLE.
 */
export async function writeExport(
  source: ExportSource,
  path: string,
  options: { readonly withEvidence: boolean },
): Promise<Checkpoint> {
  const file = new ExportFile(path);
  try {
    await file.write({
      type: 'header',
      format: 'maplebridge-audit-export/1',
      deskId: source.deskId,
      exportedAt: source.clock.now(),
      softwareVersion,
      withEvidence: options.withEvidence,
      keys: { desk: [...source.deskKeys] },
    });
    const { checkpoint, result } = await source.checkpointer.during(
      (body) => source.database.snapshot(body),
      async (snapshot, stored) => {
        for await (const line of storedLines(snapshot, stored.n)) await file.write(line);
        return options.withEvidence ? presentFiles(snapshot) : [];
      },
    );
    for await (const line of fileLines(source.evidence, result)) await file.write(line);
    await file.write({ type: 'signed', checkpoint });
    await file.end();
    return checkpoint;
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/** Lines into a compressed file, at the disk's pace. */
class ExportFile {
  readonly #hash = createHash('sha256');
  readonly #zstd = createZstdCompress();
  readonly #written: Promise<void>;
  #lines = 0;

  constructor(path: string) {
    this.#written = pipeline(this.#zstd, createWriteStream(path, { mode: 0o600 }));
    // Told by `write` or `end`.
    this.#written.catch(() => undefined);
  }

  async write(line: ExportLine): Promise<void> {
    const text = `${JSON.stringify(line)}\n`;
    this.#hash.update(text);
    this.#lines += 1;
    if (this.#zstd.write(text)) return;
    await Promise.race([once(this.#zstd, 'drain'), this.#written]);
  }

  async end(): Promise<void> {
    const line: ExportLine = { type: 'end', lines: this.#lines, sha256: this.#hash.digest('hex') as Sha256 };
    this.#zstd.end(`${JSON.stringify(line)}\n`);
    await this.#written;
  }

  async abandon(): Promise<void> {
    this.#zstd.destroy();
    await this.#written.catch(() => undefined);
  }
}
