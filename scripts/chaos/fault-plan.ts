import type { FuzzRandom } from '../fuzz/random.ts';
import type { BrokerIntruder } from './broker-intruder.ts';
import type { Mishap } from './crossing.ts';
import { type CrossingStage, foreign, mishap, replayed, reused, stranger } from './crossing-faults.ts';
import type { Fault } from './fault.ts';
import { clockJumped, killed, killedAt, paused } from './process-faults.ts';
import * as worldFaults from './world-faults.ts';

/** What faults act on. */
export interface FaultStage extends CrossingStage {
  readonly intruder: BrokerIntruder;
  /** Incidents at the desk as last seen. */
  readonly sawIncident: (kind: string, node: string) => boolean;
}

/** One way to go wrong, and how often it is drawn. */
interface FaultKind {
  readonly weight: number;
  readonly make: (stage: FaultStage) => Fault | undefined;
}

const mishaps: readonly Mishap[] = [
  'truncated',
  'corrupted',
  'mended-in-time',
  'duplicated',
  'reordered',
  'delayed',
  'lost',
  'copied-slowly',
];

const anyProcess = ({ world, random }: FaultStage) => random.pick([...world.processes.keys()]);
const anyNode = ({ world, random }: FaultStage) => random.pick(world.nodes);
type ProcessFault = (world: FaultStage['world'], random: FuzzRandom, name: string) => Fault;
const at = (make: ProcessFault, name: (stage: FaultStage) => string) => (stage: FaultStage) =>
  make(stage.world, stage.random, name(stage));

const kinds: readonly FaultKind[] = [
  { weight: 7, make: at(killed, anyNode) },
  { weight: 5, make: at(killed, () => 'collect') },
  { weight: 5, make: at(killed, () => 'desk') },
  { weight: 8, make: at(killedAt, anyNode) },
  { weight: 10, make: at(killedAt, () => 'collect') },
  { weight: 9, make: at(killedAt, () => 'desk') },
  { weight: 6, make: at(paused, anyProcess) },
  { weight: 7, make: at(clockJumped, anyProcess) },
  { weight: 7, make: ({ world, random }) => worldFaults.brokerKilled(world, random) },
  { weight: 3, make: ({ world, random }) => worldFaults.brokerPaused(world, random) },
  { weight: 4, make: ({ world, random }) => worldFaults.postgresCrashed(world, random) },
  { weight: 2, make: ({ world, random }) => worldFaults.redisRestarted(world, random) },
  { weight: 2, make: ({ world }) => worldFaults.redisFlushed(world) },
  { weight: 7, make: ({ world, random }) => worldFaults.diskFull(world, random) },
  { weight: 4, make: ({ world, random }) => worldFaults.linkRough(world, random, 'cut') },
  { weight: 3, make: ({ world, random }) => worldFaults.linkRough(world, random, 'stalled') },
  { weight: 3, make: ({ world, random }) => worldFaults.linkRough(world, random, 'slow') },
  { weight: 20, make: (stage) => mishap(stage, stage.random.pick(mishaps)) },
  { weight: 3, make: replayed },
  { weight: 1, make: stranger },
  { weight: 1, make: foreign },
  { weight: 1, make: reused },
  { weight: 4, make: duplicated },
  { weight: 2, make: forged },
];

const totalWeight = kinds.reduce((sum, { weight }) => sum + weight, 0);

/** Draws the next fault. */
export function drawFault(stage: FaultStage): Fault | undefined {
  let left = stage.random.next() * totalWeight;
  const kind = kinds.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return kind?.make(stage);
}

/** The broker delivers alerts more than once, late and in another order. */
function duplicated({ world, intruder, random }: FaultStage): Fault {
  return {
    kind: 'MQTT messages duplicated',
    target: 'broker',
    claims: 'mqtt:duplicated',
    nodes: world.nodes,
    holdMs: 2_000 + random.below(8_000),
    begin: async () => {
      intruder.duplicating = true;
    },
    end: async () => {
      intruder.duplicating = false;
    },
  };
}

/** Alerts with a forged signature, until the desk has it on record. */
function forged({ world, intruder, provocations, now, sawIncident }: FaultStage): Fault {
  return {
    kind: 'alert forged',
    target: 'broker',
    claims: 'mqtt:forged',
    nodes: world.nodes,
    holdMs: 0,
    begin: async () => {
      const node = await intruder.forge().catch(() => undefined);
      if (node === undefined) return 'nothing to forge';
      const matches = (incident: { kind: string; node: string | null }) =>
        incident.kind === 'bad-signature' && incident.node === node;
      provocations.add({ what: `forged alert of ${node}`, at: now(), matches, required: true });
      // One may be lost with its broker: the campaign says another until one was heard.
      const limit = performance.now() + 60_000;
      while (!sawIncident('bad-signature', node) && performance.now() < limit) {
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        if (!sawIncident('bad-signature', node)) await intruder.forge(node).catch(() => undefined);
      }
      return undefined;
    },
    end: async () => undefined,
  };
}
