import type { Activity, ActivityInspector } from '../../domain/activity.ts';
import type { Box } from '../../domain/geometry.ts';
import type { UtcMs } from '../../domain/ids.ts';
import { Background, type LookAtPixels } from './background.ts';
import type { GateConfig } from './config.ts';
import { GateMemory, gateMemoryBytes } from './gate-memory.ts';
import { levelOf, unit } from './levels.ts';
import { LightEstimate } from './light.ts';
import { RegionFinder } from './regions.ts';
import { SoftLight } from './soft-light.ts';
import { differingStructure } from './structure.ts';

/** Light that changed by less than this many levels, or this share of contrast, is not worth a word. */
const worthSaying = { levels: 6, contrast: 0.15 } as const;

/** Changed share from which the whole picture may be another. */
const much = 0.04;

/** Contrast lost from which the camera may be covered: to the light estimate a grey wall is thick fog. */
const lostContrast = -0.1;

/** Of pictures that come faster, one in so much time is learnt from: steps smaller than this would be rounded away. */
const learnEveryMs = 1000;

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
  readonly #soft: SoftLight;
  readonly #background: Background;
  readonly #regions: RegionFinder;
  readonly #look: LookAtPixels;

  constructor(config: GateConfig) {
    const pixels = config.width * config.height;
    this.width = config.width;
    this.height = config.height;
    this.memoryBytes = gateMemoryBytes(config);
    this.#config = config;
    this.#light = new LightEstimate();
    this.#soft = new SoftLight(config);
    this.#background = new Background(config);
    this.#regions = new RegionFinder(config);
    this.#look = {
      picture: new Int16Array(pixels),
      residual: new Int16Array(pixels),
      detail: new Int16Array(pixels),
      changed: new Uint8Array(pixels),
    };
  }

  inspect(shared: SharedArrayBuffer, luma: Uint8Array, at: UtcMs): Activity {
    if (shared.byteLength < this.memoryBytes || luma.length < this.#look.picture.length) return whole('first');
    const memory = new GateMemory(shared, this.#config);
    this.#read(luma);
    const { lastAt } = memory;
    const gapMs = lastAt === undefined ? Number.POSITIVE_INFINITY : at - lastAt;
    memory.keep(at);
    // A clock set back by hours is no reason to forget; a gap of hours is.
    if (!(gapMs <= this.#config.forgetMs)) return this.#restart(memory, at, 'first');
    return this.#compare(memory, at);
  }

  #read(luma: Uint8Array): void {
    const { picture } = this.#look;
    const levels = levelOf;
    for (let at = 0; at < picture.length; at += 1) picture[at] = levels[luma[at] ?? 0] ?? 0;
  }

  #restart(memory: GateMemory, at: UtcMs, reason: 'first' | 'transformed'): Activity {
    this.#background.restart(memory, this.#look.picture);
    memory.learntAt = at;
    return whole(reason);
  }

  #compare(memory: GateMemory, at: UtcMs): Activity {
    const light = this.#light.remove(this.#look.picture, memory, this.#look.residual);
    const local = this.#soft.remove(this.#look.residual, this.#look.detail);
    const noise = this.#light.typical(this.#look.detail);
    const count = this.#background.compare(memory, this.#look.detail, noise, this.#look.changed);
    const suspicious = count > much * this.#look.changed.length || light.contrast < lostContrast;
    if (suspicious && this.#isAnother(memory)) return this.#restart(memory, at, 'transformed');
    const step = this.#stepMs(memory, at);
    const { regions, share } = this.#regions.find(this.#look, memory, step);
    if (step > 0) {
      this.#background.learn(memory, this.#look, at - step, at);
      memory.learntAt = at;
    }
    if (regions.length > 0) return { active: true, reason: 'changed', changedShare: share, regions };
    const relit =
      Math.max(Math.abs(light.offset), local) > worthSaying.levels * unit ||
      Math.abs(light.contrast) > worthSaying.contrast;
    return { active: false, reason: relit ? 'relit' : 'still', changedShare: share, regions };
  }

  /** Time that is to be learnt from; 0 where too little has passed. */
  #stepMs({ learntAt }: GateMemory, at: UtcMs): number {
    const elapsedMs = learntAt === undefined ? learnEveryMs : at - learntAt;
    if (elapsedMs < 0) return learnEveryMs;
    return elapsedMs < learnEveryMs ? 0 : Math.min(elapsedMs, this.#config.forgetMs);
  }

  #isAnother({ background }: GateMemory): boolean {
    return differingStructure(this.#look.picture, background, this.width) >= this.#config.transformedShare;
  }
}

function whole(reason: 'first' | 'transformed'): Activity {
  return { active: true, reason, changedShare: 1, regions: [wholePicture] };
}
