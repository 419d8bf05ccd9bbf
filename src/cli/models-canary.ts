import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { reportOf } from '../edge/detect/canary/canary-report.ts';
import { type CanaryOrder, CanaryStore, canaryActions } from '../edge/detect/canary/canary-store.ts';
import { canaryText } from '../edge/detect/canary/canary-text.ts';
import type { CanaryConfig } from '../edge/detect/canary/config.ts';
import { loadEdgeConfig } from '../edge/load-config.ts';
import { systemClock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { parseCommandArguments, required } from './arguments.ts';
import type { CommandContext } from './command.ts';

const usage = 'models canary [status|promote|rollback|restart] --config <edge.yaml> [--json]';

/** The node looks every second; loading a model takes a few more. */
const answerWithinMs = 10_000;
const lookEveryMs = 200;

/** `maplebridge models canary`: what a canary has found, and orders for it. `args` begin after the word. */
export async function modelsCanary(context: Pick<CommandContext, 'args' | 'print' | 'signal'>): Promise<number> {
  const { values, positionals } = parseCommandArguments({ usage }, context.args, {
    config: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const config = loadEdgeConfig(required(values.config, '--config', { usage }));
  const canary: CanaryConfig | undefined = config.detect.canary;
  if (canary === undefined) throw new AppError('MB_USAGE', `${values.config}: detect.canary is not configured`);
  const store = new CanaryStore(dirname(config.publish.outbox.path));
  const verb = positionals[0] ?? 'status';
  if (verb === 'status') return status(store, canary, values.json, context);
  const action = canaryActions.find((each) => each === verb);
  if (action === undefined) throw new AppError('MB_USAGE', `unknown: ${verb}\nusage: maplebridge ${usage}`);
  return order(store, action, context);
}

async function status(
  store: CanaryStore,
  canary: CanaryConfig,
  json: boolean,
  { print }: Pick<CommandContext, 'print'>,
): Promise<number> {
  const state = await store.stateForReader();
  if (json) print(JSON.stringify(state === undefined ? null : reportOf(state)));
  else if (state === undefined) print(`${canary.modelId} beside ${canary.replaces}: the node has not begun with it`);
  else for (const line of canaryText(reportOf(state))) print(line);
  const waiting = await store.readOrder();
  if (!json && waiting.kind === 'found') print(`ordered, and not carried out yet: ${waiting.value.action}`);
  return 0;
}

/** Leaves the order and waits for the node; one that is down carries it out when it starts. */
async function order(
  store: CanaryStore,
  action: CanaryOrder['action'],
  { print, signal }: Pick<CommandContext, 'print' | 'signal'>,
): Promise<number> {
  const id = randomUUID();
  await store.writeOrder({ id, action, by: userName(), at: systemClock.now() });
  const until = systemClock.monotonic() + answerWithinMs;
  while (systemClock.monotonic() < until && !signal.aborted) {
    const found = await store.readState();
    if (found.kind === 'found' && found.value.lastOrder === id) {
      const { phase, inCharge, reason } = reportOf(found.value);
      print(`${phase}: ${inCharge} is in charge${reason === undefined ? '' : ` (${reason})`}`);
      const done = action === 'promote' ? phase === 'taken-over' || phase === 'settled' : true;
      return done ? 0 : 1;
    }
    // Not the injected clock: its timers do not keep a process alive, and nothing else does here.
    await pause(lookEveryMs);
  }
  print(`${action}: the node has not answered yet; it carries the order out as soon as it runs`);
  return 0;
}

/** Who gave an order, for the node's log and history. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // No entry in the password file, as in many containers.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
