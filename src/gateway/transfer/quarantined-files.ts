import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileDecision, QuarantineDetail, QuarantineEntry } from '../../contracts/quarantine.ts';
import type { Clock } from '../../lib/clock.ts';
import { moveDurable } from '../../lib/durable-file.ts';
import { sha256 } from '../../lib/hash.ts';
import type { KeyRing } from '../../lib/keys.ts';
import { decodeBatch } from './batch-format.ts';
import { parseBatchName } from './batch-name.ts';

/** What the quarantined files need. */
export interface QuarantinedFilesOptions {
  readonly inboxDir: string;
  readonly archiveDir: string;
  readonly quarantineDir: string;
  readonly maxFileBytes: number;
  /** Keys of the gateways, as they are now. */
  readonly keys: KeyRing;
  readonly clock: Clock;
}

const reasonSuffix = '.reason.json';
/** `<when>-<name>`, as the receiver put it there. */
const keptName = /^(\d{1,16})-(.+)$/;
/** As much of a file as is shown: its header is text. */
const shownBytes = 4_096;

/** The folder of refused batch files, for people: each can be verified anew and put back into the inbox, or deleted. */
export class QuarantinedFiles {
  readonly #options: QuarantinedFilesOptions;

  constructor(options: QuarantinedFilesOptions) {
    this.#options = options;
  }

  /** The newest first. */
  async list(): Promise<QuarantineEntry[]> {
    const entries = await Promise.all((await this.#names()).map((name) => this.#entry(name)));
    return entries.filter((entry) => entry !== undefined).sort((a, b) => b.at - a.at);
  }

  async get(id: string): Promise<QuarantineDetail | undefined> {
    const name = await this.#nameOf(id);
    const entry = name === undefined ? undefined : await this.#entry(name);
    if (entry === undefined || name === undefined) return undefined;
    return { ...entry, payload: await beginning(this.#path(name)) };
  }

  /** Whether the file would be taken now. */
  async recheck(id: string): Promise<FileDecision> {
    const name = await this.#nameOf(id);
    const inboxName = name && keptName.exec(name)?.[2];
    if (name === undefined || inboxName === undefined) return { ok: false, detail: 'no such file in quarantine' };
    const batch = parseBatchName(inboxName);
    if (batch === undefined)
      return { ok: false, detail: 'misnamed: not the name of a batch; it can only be discarded' };
    const { size } = await stat(this.#path(name));
    if (size > this.#options.maxFileBytes) return { ok: false, detail: `too-large: ${size} bytes` };
    const bytes = await readFile(this.#path(name));
    const { keys, maxFileBytes, clock } = this.#options;
    const decoded = await decodeBatch(bytes, keys, maxFileBytes, clock.now());
    if (!decoded.ok) return { ok: false, detail: `${decoded.fault}: ${decoded.detail}` };
    const { manifest } = decoded.batch;
    if (manifest.sender !== batch.sender || manifest.number !== batch.number) {
      return { ok: false, detail: `misnamed: holds batch ${manifest.number} of ${manifest.sender}` };
    }
    // A sender never uses a number twice: of two contents the one that was taken in stands.
    const archived = await readFile(join(this.#options.archiveDir, inboxName)).catch(() => undefined);
    if (archived !== undefined && sha256(archived) !== sha256(bytes)) {
      return { ok: false, detail: 'bad-hash: number used before for other content' };
    }
    const waiting = await readFile(join(this.#options.inboxDir, inboxName)).catch(() => undefined);
    if (waiting !== undefined && sha256(waiting) !== sha256(bytes)) {
      return { ok: false, detail: 'another file of this number waits in the inbox: try again once it is taken in' };
    }
    return { ok: true, detail: `batch ${manifest.number} of ${manifest.sender}` };
  }

  /** Puts it back into the inbox, where the receiver takes it like any other; one that was taken before changes nothing. */
  async release(id: string): Promise<FileDecision> {
    const check = await this.recheck(id);
    const name = await this.#nameOf(id);
    const inboxName = name && keptName.exec(name)?.[2];
    if (!check.ok || name === undefined || inboxName === undefined) return check;
    await moveDurable(this.#path(name), join(this.#options.inboxDir, inboxName));
    await rm(this.#path(`${name}${reasonSuffix}`), { force: true });
    return { ok: true, detail: `${check.detail} is back in the inbox` };
  }

  async discard(id: string): Promise<FileDecision> {
    const name = await this.#nameOf(id);
    if (name === undefined || (await this.#entry(name)) === undefined) {
      return { ok: false, detail: 'no such file in quarantine' };
    }
    const hash = sha256(await readFile(this.#path(name)));
    await rm(this.#path(name));
    await rm(this.#path(`${name}${reasonSuffix}`), { force: true });
    return { ok: true, detail: `deleted, SHA-256 ${hash}` };
  }

  async #entry(name: string): Promise<QuarantineEntry | undefined> {
    const match = keptName.exec(name);
    const found = await stat(this.#path(name)).catch(() => undefined);
    if (match === null || found === undefined || !found.isFile()) return undefined;
    const { fault, detail } = await reasonOf(this.#path(`${name}${reasonSuffix}`));
    return {
      id: idOf(name),
      what: 'batch-file',
      node: undefined,
      reason: fault,
      detail,
      at: Number(match[1]),
      bytes: found.size,
      source: match[2] ?? name,
      state: 'held',
      decision: undefined,
    };
  }

  async #names(): Promise<string[]> {
    const names = await readdir(this.#options.quarantineDir).catch((): string[] => []);
    return names.filter((name) => keptName.test(name) && !name.endsWith(reasonSuffix));
  }

  async #nameOf(id: string): Promise<string | undefined> {
    return (await this.#names()).find((name) => idOf(name) === id);
  }

  #path(name: string): string {
    return join(this.#options.quarantineDir, name);
  }
}

/** Never a path: ids come from outside, and names may be any. */
function idOf(name: string): string {
  return `f-${sha256(name).slice(0, 16)}`;
}

async function reasonOf(path: string): Promise<{ fault: string; detail: string }> {
  try {
    const { fault, detail } = JSON.parse(await readFile(path, 'utf8')) as { fault?: unknown; detail?: unknown };
    return { fault: String(fault ?? 'bad-batch'), detail: String(detail ?? '') };
  } catch {
    return { fault: 'bad-batch', detail: 'its reason is not there' };
  }
}

async function beginning(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(shownBytes), 0, shownBytes, 0);
    const text = buffer.subarray(0, bytesRead);
    // The header is two lines of text; what follows is compressed.
    const second = text.indexOf(0x0a, text.indexOf(0x0a) + 1);
    return text.subarray(0, second < 0 ? bytesRead : second).toString('utf8');
  } finally {
    await handle.close();
  }
}
