import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { signDocument } from '../../../src/contracts/signed-document.ts';
import type { PassedOver } from '../../../src/contracts/transfer-ledger.ts';
import { Orders } from '../../../src/gateway/deliver/orders.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { KeyRing } from '../../../src/lib/keys.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { newSigningKey } from '../../support/crossing.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('a decision over more batches than anybody means is refused before a row of it is written', async () => {
  const dir = await tempDir('orders');
  const operator = newSigningKey();
  const passed: PassedOver[] = [];
  const orders = new Orders({
    dir: dir.path,
    operators: new KeyRing([operator.publicPem()]),
    ledger: { passOver: async (each) => void passed.push(each) },
    consumer: { position: async () => 16 },
    receiver: { waiting: async () => [], look: () => {} },
    reconcile: async () => [],
    clock: systemClock,
    log: createLogger('test'),
  });
  const decide = async (id: string, to: number) => {
    const sender = `${'a'.repeat(16)}.00000001`;
    const who = { operator: 'li', reason: 'disk replaced', at: systemClock.now() };
    const decision = { kind: 'pass-over', format: 1, sender, batches: [[17, to]], ...who };
    const name = join(dir.path, id.repeat(32));
    writeFileSync(`${name}.order.json`, JSON.stringify(signDocument(decision, operator)));
    await orders.look();
    return JSON.parse(readFileSync(`${name}.answer.json`, 'utf8'));
  };
  expect(await decide('1', 170_000_000)).toMatchObject({ ok: false, lines: [expect.stringContaining('at most')] });
  expect(passed).toEqual([]);
  expect(await decide('2', 20)).toMatchObject({ ok: true });
  expect(passed).toMatchObject([{ from: 17, to: 20 }]);
  await dir.remove();
});
