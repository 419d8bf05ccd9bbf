import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { awaitAnswer, placeFile } from './signed-order.ts';

const answerSchema = z.object({
  ok: z.boolean(),
  lines: z.array(z.string()),
  files: z.array(z.string()).optional(),
});

/**
 * Has the running desk carry out an order: through its folder, so that nothing new listens on the network.
 * @throws AppError MB_DESK_UNREACHABLE when no desk answers.
 */
export async function orderDesk(
  reportDir: string,
  text: string,
  signal: AbortSignal,
): Promise<z.output<typeof answerSchema>> {
  const id = randomBytes(16).toString('hex');
  const dir = join(reportDir, 'orders');
  placeFile(join(dir, `${id}.order.json`), text);
  const answer = await awaitAnswer(join(dir, `${id}.answer.json`), signal);
  if (answer === undefined) {
    const message = `no desk looks into ${dir}: the order is carried out when one is started there`;
    throw new AppError('MB_DESK_UNREACHABLE', message);
  }
  return answerSchema.parse(answer);
}
