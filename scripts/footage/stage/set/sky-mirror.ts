import { Color, type Material, Vector3 } from 'three';

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

/** How it mirrors: ground only when it rains, tiles a little always, water with ripples. */
export type Mirror = 'ground' | 'tiles' | 'water';

const skyGlsl = `
uniform float wet; uniform vec3 zenith; uniform vec3 horizon; uniform vec3 sun; uniform vec3 glint; uniform float timeS;
varying vec3 vSpot;
vec3 skyTowards(vec3 way) {
  float high = clamp(way.y, 0.0, 1.0);
  vec3 sky = mix(horizon, zenith, pow(high, 0.6));
  // Houses and trees stand round the place: low ways end on them.
  float round = atan(way.z, way.x);
  float roofs = 0.3 + 0.13 * sin(round * 7.0 + 1.0) + 0.07 * sin(round * 19.0);
  return mix(sky * vec3(0.36, 0.34, 0.32), sky, smoothstep(roofs - 0.03, roofs + 0.03, high));
}
vec2 slopeAt(vec2 at, float strength) {
  vec2 slope = vec2(0.0);
  slope += vec2(0.8, 0.3) * cos(dot(at, vec2(1.7, 0.7)) + timeS * 1.3);
  slope += vec2(-0.4, 0.9) * cos(dot(at, vec2(-1.1, 2.3)) - timeS * 1.7);
  slope += vec2(0.9, -0.6) * cos(dot(at, vec2(4.3, -2.9)) + timeS * 2.6) * 0.8;
  slope += vec2(0.2, 1.0) * cos(dot(at, vec2(1.3, 6.7)) - timeS * 3.1) * 0.7;
  slope += vec2(0.7, 0.7) * cos(dot(at, vec2(9.1, 7.7)) + timeS * 4.7) * 0.5;
  return slope * strength;
}
vec2 ringsAt(vec2 at) {
  vec2 cell = floor(at * 1.6);
  vec2 dice = fract(sin(vec2(dot(cell, vec2(127.1, 311.7)), dot(cell, vec2(269.5, 183.3)))) * 43758.5);
  vec2 off = fract(at * 1.6) - (0.3 + 0.4 * dice);
  float age = fract(timeS * 1.4 + dice.x * 7.0);
  float away = length(off);
  float ring = smoothstep(0.09, 0.0, abs(away - age * 0.4)) * (1.0 - age);
  return off / max(away, 0.01) * ring * 0.1;
}`;

const glsl: Readonly<Record<Mirror, string>> = {
  ground: `if (wet > 0.0) {
      vec3 look = normalize(vSpot - cameraPosition);
      vec3 way = reflect(look, vec3(0.0, 1.0, 0.0));
      float film = smoothstep(0.2, 0.8, wetness(vSpot.xz));
      float share = (0.03 + 0.6 * pow(1.0 - way.y, 4.0)) * wet * (0.7 + 0.3 * film);
      outgoingLight = mix(outgoingLight, skyTowards(way), min(share, 0.7));
    }`,
  tiles: `{
      vec3 look = normalize(vSpot - cameraPosition);
      vec3 way = reflect(look, vec3(0.0, 1.0, 0.0));
      outgoingLight = mix(outgoingLight, skyTowards(way), (0.04 + 0.4 * pow(1.0 - way.y, 4.0)) * (1.0 + 0.5 * wet));
    }`,
  water: `{
      vec3 look = vSpot - cameraPosition;
      float far = length(look);
      look /= far;
      vec2 slope = slopeAt(vSpot.xz * rippleScale, rippleStrength * (1.0 + 0.5 * wet) / (1.0 + far * 0.02));
      if (wet > 0.0) slope += ringsAt(vSpot.xz) * wet;
      vec3 facing = normalize(vec3(-slope.x, 1.0, -slope.y));
      vec3 way = reflect(look, facing);
      way.y = abs(way.y);
      // More than water gives back by itself: cameras are exposed for the darker ground.
      float share = 0.16 + 0.78 * pow(1.0 - max(dot(-look, facing), 0.0), 2.5);
      outgoingLight = mix(outgoingLight * body, skyTowards(way), clamp(share, 0.0, 0.95));
      outgoingLight *= 1.0 + clamp(dot(slope, vec2(1.6, -1.2)), -0.16, 0.16);
      outgoingLight += glint * pow(max(dot(way, sun), 0.0), 180.0);
    }`,
};

/** Where water stands in a film and where the ground is only dark. */
const wetnessGlsl = `float wetness(vec2 at) {
  vec2 bent = at + 0.9 * sin(at.yx * vec2(1.9, 1.3)) + 0.35 * sin(at.yx * vec2(5.1, 4.3));
  return 0.5 + 0.25 * sin(bent.x * 1.1 + 0.4 * bent.y) + 0.25 * sin(bent.y * 1.7 - 0.6 * bent.x);
}`;

/** Large stains, from the same texture seen far coarser, so that its repeats do not show. */
const stains = `float coarse = texture2D(map, vMapUv * 0.137, 3.5).g / max(textureLod(map, vMapUv, 9.0).g, 0.02);
diffuseColor.rgb *= mix(1.0, coarse, 0.55);`;

/** Lets a Lambert or standard material on level ground mirror the sky. */
export function mirrorSky(
  material: Material,
  mirror: Mirror,
  ripple: { scale: number; strength: number; body?: number },
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
    rippleScale: { value: ripple.scale },
    rippleStrength: { value: ripple.strength },
    body: { value: ripple.body ?? 1 },
  };
  material.userData['sky'] = seen;
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, seen, own);
    shader.vertexShader = shader.vertexShader
      .replace('#include <common>', '#include <common>\nvarying vec3 vSpot;')
      .replace('#include <begin_vertex>', '#include <begin_vertex>\nvSpot = (modelMatrix * vec4(position, 1.0)).xyz;');
    shader.fragmentShader = shader.fragmentShader
      .replace(
        '#include <common>',
        `#include <common>\nuniform float rippleScale; uniform float rippleStrength; uniform float body;\n${skyGlsl}\n${wetnessGlsl}`,
      )
      .replace(
        '#include <map_fragment>',
        `#include <map_fragment>\n${mirror === 'ground' ? stains : ''}\ndiffuseColor.rgb *= 1.0 - 0.45 * wet;`,
      )
      .replace('#include <opaque_fragment>', `${glsl[mirror]}\n#include <opaque_fragment>`);
  };
  material.customProgramCacheKey = () => `mirrors the sky: ${mirror}`;
}

/** What the material knows of the sky, where it mirrors it. */
export function skySeenBy(material: Material): SkySeen | undefined {
  return material.userData['sky'] as SkySeen | undefined;
}
