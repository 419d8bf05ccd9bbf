import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { maxDocumentBytes, signDocument } from '../../../src/contracts/signed-document.ts';
import type { NumberRange } from '../../../src/contracts/transfer-documents.ts';
import { resendRequest } from '../../../src/gateway/deliver/resend-requests.ts';
import { ReturnDesk } from '../../../src/gateway/transfer/return-desk.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { KeyRing } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { Metrics } from '../../../src/lib/metrics.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

test('what came back and cannot be read, or is far too large, does not hold up what can', async () => {
  const dir = await tempDir('returns');
  const key = newSigningKey();
  const sender = `${'a'.repeat(16)}.00000001`;
  mkdirSync(join(dir.path, 'a-folder.json'));
  writeFileSync(join(dir.path, 'b-large.json'), Buffer.alloc(maxDocumentBytes + 1, ' '));
  const request = resendRequest(sender, [[3, 4]], systemClock.now());
  writeFileSync(join(dir.path, 'c-request.json'), JSON.stringify(signDocument(request, key)));
  const asked: (readonly NumberRange[])[] = [];
  const desk = new ReturnDesk({
    dir: dir.path,
    farKeys: new KeyRing([key.publicPem()]),
    senderId: () => sender,
    resend: async (batches) => {
      asked.push(batches);
      return { sent: batches, lost: [], unmade: [] };
    },
    pollMs: 10,
    clock: systemClock,
    log: createLogger('test'),
    metrics: new Metrics(),
  });
  await desk.start(new AbortController().signal);
  await until(() => readdirSync(dir.path).includes('c-request.answer.json'), { what: 'the answer' });
  await desk.stop();
  expect(asked).toEqual([[[3, 4]]]);
  expect(readdirSync(join(dir.path, 'refused'))).toEqual(['b-large.json']);
  await dir.remove();
});
