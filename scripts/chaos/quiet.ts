import type { NodeId } from '../../src/domain/ids.ts';
import type { Crossing } from './crossing.ts';
import type { DeskWatch } from './desk-watch.ts';
import { shedFiles } from './judge.ts';
import type { Ledger } from './ledger.ts';
import type { NodeWord } from './node-protocol.ts';
import type { World } from './world.ts';

/** As long as something moves it is waited for; when nothing has moved for so long, it is stuck. */
const stillMs = 90_000;
const lookMs = 500;

/** What is waited for. */
interface Scene {
  readonly world: World;
  readonly watch: DeskWatch;
  readonly crossing: Crossing;
  readonly ledger: Ledger;
  readonly statuses: ReadonlyMap<string, Extract<NodeWord, { type: 'status' }>>;
  readonly now: () => number;
}

/** Waits until every outbox is empty and the desk has everything; returns what did not get there. */
export async function quiet(scene: Scene): Promise<string[]> {
  let [last, movedAt] = ['', scene.now()];
  for (;;) {
    for (const node of scene.world.nodes) scene.world.process(node).order({ type: 'status' });
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    const open = await waitedFor(scene).catch((error: unknown) => [`the desk's database: ${error}`]);
    if (open.length === 0) return [];
    const state = open.join('; ');
    if (state !== last) [last, movedAt] = [state, scene.now()];
    if (scene.now() - movedAt > stillMs) return open;
  }
}

async function waitedFor({ world, watch, crossing, ledger, statuses }: Scene): Promise<string[]> {
  const open: string[] = [];
  for (const node of world.nodes) {
    const status = statuses.get(node);
    if (status === undefined) open.push(`${node} does not answer`);
    else if (status.alerts + status.evidence + status.inMemory > 0) {
      open.push(`${node} holds ${status.alerts} alerts, ${status.evidence} files, ${status.inMemory} in memory`);
    }
    const promised = ledger.heads.get(node as NodeId) ?? 0;
    const head = Math.max(promised, status?.head ?? 0);
    if (watch.head(node as NodeId) < head)
      open.push(`the desk has ${watch.head(node as NodeId)} of ${head} of ${node}`);
  }
  if (!(await crossing.quiet())) open.push('files are on their way');
  const { alerts, tickets, dispatches, owedDispatches, evidenceMissing } = await watch.progress();
  if (dispatches < tickets || owedDispatches > 0) open.push(`${dispatches} of ${tickets} tickets dispatched`);
  if (evidenceMissing > 0) {
    const shed = await shedFiles(world);
    const missing = await watch.rows<{ sha256: string }>(
      'SELECT DISTINCT sha256 FROM desk.evidence WHERE NOT present AND withheld IS NULL',
    );
    const waiting = missing.filter(({ sha256 }) => !shed.has(sha256));
    if (waiting.length > 0) open.push(`${waiting.length} evidence files of ${alerts} alerts are missing`);
  }
  return open;
}
