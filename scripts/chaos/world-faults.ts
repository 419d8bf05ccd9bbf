import type { FuzzRandom } from '../fuzz/random.ts';
import type { Fault } from './fault.ts';
import type { LinkState } from './rough-link.ts';
import type { World } from './world.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The broker dies; it comes back with or without what it had on disk. */
export function brokerKilled(world: World, random: FuzzRandom): Fault {
  const persistence = random.next() < 0.5;
  return {
    kind: `broker killed, back ${persistence ? 'with' : 'without'} persistence`,
    target: 'broker',
    claims: 'broker',
    nodes: world.nodes,
    holdMs: 100 + random.below(6_000),
    begin: () => world.broker.kill(),
    end: () => world.broker.start({ persistence }),
  };
}

/** The broker keeps its connections and does nothing. */
export function brokerPaused(world: World, random: FuzzRandom): Fault {
  return {
    kind: 'broker paused',
    target: 'broker',
    claims: 'broker',
    nodes: world.nodes,
    holdMs: 500 + random.below(9_000),
    begin: async () => world.broker.signal('SIGSTOP'),
    end: async () => world.broker.signal('SIGCONT'),
  };
}

/** Postgres ends as in a crash and comes up by its log. */
export function postgresCrashed(world: World, random: FuzzRandom): Fault {
  return {
    kind: 'Postgres crashed',
    target: 'postgres',
    claims: 'postgres',
    nodes: world.nodes,
    holdMs: 100 + random.below(5_000),
    begin: () => world.postgres.stop('immediate'),
    end: () => world.postgres.start(),
  };
}

/** Redis goes and comes back empty. */
export function redisRestarted(world: World, random: FuzzRandom): Fault {
  return {
    kind: 'Redis restarted empty',
    target: 'redis',
    claims: 'redis',
    nodes: world.nodes,
    holdMs: 100 + random.below(4_000),
    begin: () => world.redis.stop(),
    end: () => world.redis.start(),
  };
}

/** Redis forgets everything under the desk's feet. */
export function redisFlushed(world: World): Fault {
  return {
    kind: 'Redis flushed',
    target: 'redis',
    claims: 'redis',
    nodes: world.nodes,
    holdMs: 0,
    begin: async () => void (await world.redis.command('FLUSHALL')),
    end: async () => undefined,
  };
}

/** A disk has no byte left, and is filled again as soon as somebody frees one. */
export function diskFull(world: World, random: FuzzRandom): Fault | undefined {
  const name = random.pick([...world.disks.keys()]);
  const disk = world.disks.get(name);
  if (disk?.mounted !== true) return undefined;
  let filling: NodeJS.Timeout | undefined;
  return {
    kind: `disk full: ${name.startsWith('edge') ? 'node' : name}`,
    target: name,
    claims: `disk:${name}`,
    nodes: world.nodes.includes(name) ? [name] : world.nodes,
    holdMs: 1_000 + random.below(8_000),
    begin: async () => {
      disk.fill();
      filling = setInterval(() => disk.fill(), 100);
    },
    end: async () => {
      clearInterval(filling);
      disk.empty();
    },
  };
}

/** A client's way to the broker is cut, held up or slow. */
export function linkRough(world: World, random: FuzzRandom, state: Exclude<LinkState, 'whole'>): Fault {
  const name = random.pick([...world.links.keys()]);
  const link = world.links.get(name);
  return {
    kind: `network ${state}`,
    target: name,
    claims: `link:${name}`,
    nodes: world.nodes.includes(name) ? [name] : world.nodes,
    holdMs: 300 + random.below(9_000),
    begin: async () => {
      link?.set(state);
      // A cable that is pulled and put back at once is the commonest case.
      if (state === 'cut' && random.next() < 0.3) {
        await pause(50);
        link?.set('whole');
      }
    },
    end: async () => link?.set('whole'),
  };
}
