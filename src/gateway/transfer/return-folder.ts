import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { writeDurable } from '../../lib/durable-file.ts';

/** File name of a signed document that is carried back to a sender: sorts by sender. */
function returnName(sender: string, text: string): string {
  return `mb-return-${sender}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.json`;
}

/** Puts a document into the folder that is carried back; the same document is the same file. */
export async function writeReturn(dir: string, sender: string, text: string): Promise<void> {
  await writeDurable(join(dir, returnName(sender, text)), Buffer.from(text));
}
