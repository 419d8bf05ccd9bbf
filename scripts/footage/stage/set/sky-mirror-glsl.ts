/** How it mirrors: ground only when it rains, tiles a little always, water with ripples. */
export type Mirror = 'ground' | 'tiles' | 'water';

const skyGlsl = `
uniform float rippleScale; uniform float rippleStrength; uniform float body; uniform float roofs; uniform float wet; uniform vec3 zenith; uniform vec3 horizon; uniform vec3 sun; uniform vec3 glint; uniform float timeS;
varying vec3 vSpot;
vec3 skyTowards(vec3 way) {
  float high = clamp(way.y, 0.0, 1.0);
  vec3 sky = mix(horizon, zenith, pow(high, 0.6));
  // Houses and trees stand round the place: low ways end on them.
  float round = atan(way.z, way.x);
  float roof = roofs * (1.0 + 0.42 * sin(round * 7.0 + 1.0) + 0.22 * sin(round * 19.0));
  vec3 wall = vec3(0.5, 0.48, 0.46) * (1.0 + 0.35 * sin(round * 31.0) * sin(high * 40.0));
  return mix(sky * wall, sky, smoothstep(roof - 0.03, roof + 0.03, high));
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

const reflections: Readonly<Record<Mirror, string>> = {
  ground: `#ifdef WET
    {
      vec3 look = normalize(vSpot - cameraPosition);
      vec3 way = reflect(look, vec3(0.0, 1.0, 0.0));
      float film = smoothstep(0.2, 0.8, wetness(vSpot.xz));
      float share = (0.03 + 0.6 * pow(1.0 - way.y, 4.0)) * wet * (0.7 + 0.3 * film);
      outgoingLight = mix(outgoingLight, skyTowards(way), min(share, 0.7));
    }
    #endif`,
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
      #ifdef WET
      slope += ringsAt(vSpot.xz) * wet;
      #endif
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
const stains = `float coarse = texture2D(map, vMapUv * 0.137, 3.5).g / vMean;
  diffuseColor.rgb *= mix(1.0, coarse, 0.4);`;

/** Wet ground is darker. */
const darker = `
  #ifdef WET
  diffuseColor.rgb *= 1.0 - 0.45 * wet;
  #endif`;

/** Adds the mirror to a Lambert material's vertex shader. */
export function mirrorVertex(shader: string): string {
  return shader
    .replace('#include <common>', '#include <common>\nuniform sampler2D map; varying vec3 vSpot; varying float vMean;')
    .replace(
      '#include <begin_vertex>',
      `#include <begin_vertex>
      vSpot = (modelMatrix * vec4(position, 1.0)).xyz;
      vMean = max(textureLod(map, vec2(0.5), 9.0).g, 0.02);`,
    );
}

/** Adds the mirror to a Lambert material's fragment shader; the define `WET` switches what only rain needs. */
export function mirrorFragment(shader: string, mirror: Mirror): string {
  return shader
    .replace('#include <common>', `#include <common>\nvarying float vMean;\n${skyGlsl}\n${wetnessGlsl}`)
    .replace('#include <map_fragment>', `#include <map_fragment>\n${mirror === 'ground' ? stains : ''}${darker}`)
    .replace('#include <opaque_fragment>', `${reflections[mirror]}\n#include <opaque_fragment>`);
}
