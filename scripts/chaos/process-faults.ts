import type { FuzzRandom } from '../fuzz/random.ts';
import type { Fault } from './fault.ts';
import { type KillPoint, killPoints } from './kill-points.ts';
import type { ManagedProcess } from './managed-process.ts';
import type { World } from './world.ts';

/** How long an ordered instant may take to come before it is called off. */
const instantWithinMs = 6_000;

const startsUndisturbed = 0.8;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A process, and those nodes whose alerts it holds up. */
function about(world: World, name: string) {
  return { target: name, claims: `process:${name}`, nodes: world.nodes.includes(name) ? [name] : world.nodes };
}

/** Mostly it may come up before the next fault; sometimes that one hits it while it starts. */
async function upMostly(process: ManagedProcess, random: FuzzRandom): Promise<void> {
  if (random.next() < startsUndisturbed) await process.up();
}

/** SIGKILL at a random instant, then some time without it. */
export function killed(world: World, random: FuzzRandom, name: string): Fault {
  const process = world.process(name);
  // Longer than the gateway waits for a missing alert: it must not give up what a node still has.
  const isLong = world.nodes.includes(name) && random.next() < 0.25;
  return {
    ...about(world, name),
    kind: `${kindOf(world, name)} killed${isLong ? ', long away' : ''}`,
    holdMs: isLong ? 20_000 + random.below(25_000) : 200 + random.below(5_000),
    begin: () => process.kill(),
    end: async () => process.start(),
    settled: () => upMostly(process, random),
  };
}

/** SIGKILL at an exact instant of the protocol. */
export function killedAt(world: World, random: FuzzRandom, name: string): Fault {
  const process = world.process(name);
  const kind = kindOf(world, name);
  const point: KillPoint = random.pick(killPoints[kind]);
  return {
    ...about(world, name),
    kind: `${kind} killed at ${point}`,
    holdMs: 100 + random.below(2_500),
    async begin() {
      process.arm(point);
      const limit = performance.now() + instantWithinMs;
      while (process.runs && performance.now() < limit) await pause(20);
      process.arm(undefined);
      return process.runs ? 'the instant did not come' : undefined;
    },
    end: async () => process.start(),
    settled: () => upMostly(process, random),
  };
}

/** SIGSTOP: alive for everybody else, and dead. */
export function paused(world: World, random: FuzzRandom, name: string): Fault {
  const process = world.process(name);
  return {
    ...about(world, name),
    kind: `${kindOf(world, name)} paused`,
    holdMs: 500 + random.below(9_000),
    begin: async () => process.signal('SIGSTOP'),
    end: async () => process.signal('SIGCONT'),
  };
}

/** The clock of a process jumps, and after a while back. */
export function clockJumped(world: World, random: FuzzRandom, name: string): Fault {
  const process = world.process(name);
  const sign = random.next() < 0.5 ? -1 : 1;
  const offsetMs = sign * random.pick([2_000, 90_000, 3_600_000, 86_400_000, 400 * 86_400_000]);
  return {
    ...about(world, name),
    kind: `${kindOf(world, name)} clock jumped`,
    detail: `${offsetMs / 1000} s`,
    claims: `clock:${name}`,
    holdMs: 1_000 + random.below(12_000),
    begin: async () => process.setClock(offsetMs),
    end: async () => process.setClock(0),
  };
}

function kindOf(world: World, name: string): keyof typeof killPoints {
  if (world.nodes.includes(name)) return 'node';
  return name === 'collect' ? 'collect' : 'desk';
}
