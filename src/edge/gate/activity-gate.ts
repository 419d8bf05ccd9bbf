import type { Activity, ActivityInspector } from '../../domain/activity.ts';
import type { Box } from '../../domain/geometry.ts';
import type { UtcMs } from '../../domain/ids.ts';
import { Background } from './background.ts';
import type { GateConfig } from './config.ts';
import { GateMemory, gateMemoryBytes } from './gate-memory.ts';
import { levelOf, unit } from './levels.ts';
import { LightEstimate } from './light.ts';
import { RegionFinder } from './regions.ts';
import { differingStructure } from './structure.ts';

/** Light that changed by less than this many levels, or this share of contrast, is not worth a word. */
const worthSaying = { levels: 6, contrast: 0.15 } as const;

/** Changed share from which the whole picture may be another. */
const much = 0.15;

/** A clock that was set back, or two pictures of one moment: so much time is taken to have passed. */
const leastElapsedMs = 40;

const wholePicture: Box = [0, 0, 1, 1];

/** The gate of one thread: looks at one picture at a time, of any camera. `config` may come from another thread. */
export function activityGate(config: GateConfig): ActivityInspector {
  return new ActivityGate(config);
}

class ActivityGate implements ActivityInspector {
  readonly width: number;
  readonly height: number;
  readonly memoryBytes: number;
  readonly #config: GateConfig;
  readonly #light: LightEstimate;
  readonly #background: Background;
  readonly #regions: RegionFinder;
  readonly #picture: Int16Array;
  readonly #residual: Int16Array;
  readonly #changed: Uint8Array;

  constructor(config: GateConfig) {
    const pixels = config.width * config.height;
    this.width = config.width;
    this.height = config.height;
    this.memoryBytes = gateMemoryBytes(pixels);
    this.#config = config;
    this.#light = new LightEstimate(config);
    this.#background = new Background(config);
    this.#regions = new RegionFinder(config);
    this.#picture = new Int16Array(pixels);
    this.#residual = new Int16Array(pixels);
    this.#changed = new Uint8Array(pixels);
  }

  inspect(shared: SharedArrayBuffer, luma: Uint8Array, at: UtcMs): Activity {
    if (shared.byteLength < this.memoryBytes || luma.length < this.#picture.length) return whole('first');
    const memory = new GateMemory(shared, this.#config);
    this.#read(luma);
    const { lastAt } = memory;
    const elapsedMs = lastAt === undefined ? Number.POSITIVE_INFINITY : Math.max(at - lastAt, leastElapsedMs);
    memory.keep(at);
    // A clock set back by hours is no reason to forget; a gap of hours is.
    if (!(elapsedMs <= this.#config.forgetMs)) return this.#restart(memory, 'first');
    return this.#compare(memory, elapsedMs);
  }

  #read(luma: Uint8Array): void {
    for (let at = 0; at < this.#picture.length; at += 1) this.#picture[at] = levelOf[luma[at] ?? 0] ?? 0;
  }

  #restart(memory: GateMemory, reason: 'first' | 'transformed'): Activity {
    this.#background.restart(memory, this.#picture);
    return whole(reason);
  }

  #compare(memory: GateMemory, elapsedMs: number): Activity {
    const light = this.#light.remove(this.#picture, memory.background, this.#residual);
    const noise = this.#light.typical(this.#residual);
    const count = this.#background.compare(memory, this.#residual, noise, this.#changed);
    if (count > much * this.#changed.length && this.#isAnother(memory)) return this.#restart(memory, 'transformed');
    this.#background.learn(memory, this.#picture, this.#residual, this.#changed, elapsedMs);
    const { regions, share } = this.#regions.find(this.#changed);
    if (regions.length > 0) return { active: true, reason: 'changed', changedShare: share, regions };
    const relit =
      Math.max(Math.abs(light.offset), light.local) > worthSaying.levels * unit ||
      Math.abs(light.contrast) > worthSaying.contrast;
    return { active: false, reason: relit ? 'relit' : 'still', changedShare: share, regions };
  }

  #isAnother({ background }: GateMemory): boolean {
    return differingStructure(this.#picture, background, this.width) >= this.#config.transformedShare;
  }
}

function whole(reason: 'first' | 'transformed'): Activity {
  return { active: true, reason, changedShare: 1, regions: [wholePicture] };
}
