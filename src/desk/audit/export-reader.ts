import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createZstdDecompress } from 'node:zlib';
import { type ExportLine, exportLineSchema, maxExportLineBytes } from '../../contracts/audit-export.ts';
import { AppError, messageOf } from '../../lib/errors.ts';

/**
 * The lines of an export, one after another, never all in memory. That the file is whole is told by its last line.
 * @throws AppError MB_AUDIT_FILE for a file that is none, is damaged, or ends before its end: with the line.
 */
export async function* exportLines(path: string): AsyncGenerator<ExportLine> {
  const hash = createHash('sha256');
  let lines = 0;
  let isComplete = false;
  for await (const text of textLines(path)) {
    if (isComplete) throw broken(path, lines, 'there is more after its end');
    const line = parsedLine(path, lines + 1, text);
    if (line.type === 'end') {
      isComplete = true;
      if (line.lines !== lines) throw broken(path, lines, `it has ${lines} lines, its end says ${line.lines}`);
      if (line.sha256 !== hash.digest('hex')) throw broken(path, lines, 'its lines are not those its end names');
    } else {
      hash.update(`${text}\n`);
      yield line;
    }
    lines += 1;
  }
  if (!isComplete) throw broken(path, lines, 'it ends too early');
}

async function* textLines(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const zstd = createZstdDecompress();
  file.on('error', (error) => zstd.destroy(error));
  file.pipe(zstd);
  let parts: Buffer[] = [];
  let size = 0;
  let count = 0;
  try {
    for await (const chunk of zstd as AsyncIterable<Buffer>) {
      let from = 0;
      for (let to = chunk.indexOf(10); to >= 0; to = chunk.indexOf(10, from)) {
        parts.push(chunk.subarray(from, to));
        yield Buffer.concat(parts).toString('utf8');
        count += 1;
        parts = [];
        size = 0;
        from = to + 1;
      }
      parts.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > maxExportLineBytes) throw broken(path, count + 1, 'longer than any line of an export');
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw broken(path, count + 1, `it cannot be unpacked: ${messageOf(error)}`);
  } finally {
    file.destroy();
    zstd.destroy();
  }
  if (size > 0) throw broken(path, count + 1, 'it ends in the middle of a line');
}

function parsedLine(path: string, number: number, text: string): ExportLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken(path, number, 'not JSON');
  }
  const result = exportLineSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw broken(path, number, `not a line of an export: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

function broken(path: string, line: number, what: string): AppError {
  return new AppError('MB_AUDIT_FILE', `${path}, line ${line}: ${what}`);
}
