import { Color, type Material, Vector3 } from 'three';
import { type Mirror, mirrorFragment, mirrorVertex } from './sky-mirror-glsl.ts';

export type { Mirror };

/** What a mirroring material knows of the sky; `lightStage` keeps it up to date. */
export interface SkySeen {
  /** 0 dry – 1 wet. */
  readonly wet: { value: number };
  readonly zenith: { value: Color };
  readonly horizon: { value: Color };
  /** Towards the sun or the moon. */
  readonly sun: { value: Vector3 };
  readonly glint: { value: Color };
  readonly timeS: { value: number };
}

/** How its surface lies. */
export interface Ripple {
  /** Waves a metre, against the usual. */
  readonly scale: number;
  readonly strength: number;
  /** Share of its own colour that shows; 1 unless given. */
  readonly body?: number;
  /** How high what stands round it reaches, as the sine of an angle; 0.3 unless given. */
  readonly roofs?: number;
}

/** Lets a Lambert material with a map on level ground mirror the sky. */
export function mirrorSky(
  material: Material,
  mirror: Mirror,
  { scale, strength, body = 1, roofs = 0.3 }: Ripple,
): void {
  const seen: SkySeen = {
    wet: { value: 0 },
    zenith: { value: new Color(0x6f8fb5) },
    horizon: { value: new Color(0xc5d2de) },
    sun: { value: new Vector3(0, 1, 0) },
    glint: { value: new Color(0) },
    timeS: { value: 0 },
  };
  const own = {
    rippleScale: { value: scale },
    rippleStrength: { value: strength },
    body: { value: body },
    roofs: { value: roofs },
  };
  material.userData['sky'] = seen;
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, seen, own);
    shader.vertexShader = mirrorVertex(shader.vertexShader);
    shader.fragmentShader = mirrorFragment(shader.fragmentShader, mirror);
  };
  material.customProgramCacheKey = () => `mirrors the sky: ${mirror}`;
}

/** What the material knows of the sky, where it mirrors it. */
export function skySeenBy(material: Material): SkySeen | undefined {
  return material.userData['sky'] as SkySeen | undefined;
}
