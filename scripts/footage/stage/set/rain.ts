import { BufferGeometry, Float32BufferAttribute, Mesh, ShaderMaterial } from 'three';
import type { Random } from '../random.ts';
import type { DayPart } from './day-parts.ts';

/** Rain falls in a box round the camera, metres. */
const boxM = [14, 9, 14] as const;
const fallMps = 8;

/** Streaks about the camera; they leave no trace in the mask. */
export function createRain(random: Random, { rain }: DayPart): { mesh: Mesh; update(timeS: number): void } {
  const count = Math.round(rain * 700);
  const positions: number[] = [];
  const sides: number[] = [];
  const index: number[] = [];
  for (let drop = 0; drop < count; drop += 1) {
    const at = boxM.map((side) => random.between(0, side));
    const lengthM = random.between(0.2, 0.5);
    for (const [x, y] of [
      [-1, 0],
      [1, 0],
      [1, lengthM],
      [-1, lengthM],
    ] as const) {
      positions.push(...at);
      sides.push(x, y);
    }
    index.push(...[0, 1, 2, 0, 2, 3].map((corner) => drop * 4 + corner));
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(positions, 3));
  geometry.setAttribute('side', new Float32BufferAttribute(sides, 2));
  geometry.setIndex(index);
  const slant = random.between(-0.12, 0.12);
  const material = new ShaderMaterial({
    uniforms: { timeS: { value: 0 }, slant: { value: slant } },
    vertexShader: `attribute vec2 side; uniform float timeS; uniform float slant; varying float vAway;
      void main() {
        vec3 size = vec3(${boxM.map((side) => side.toFixed(1)).join(',')});
        vec3 drop = position - vec3(slant, 1.0, 0.0) * timeS * ${fallMps.toFixed(1)};
        vec3 at = mod(drop - cameraPosition, size) - size * 0.5 + cameraPosition;
        vec4 seen = viewMatrix * vec4(at + vec3(slant, 1.0, 0.0) * side.y, 1.0);
        seen.x += side.x * 0.004;
        vAway = -seen.z;
        gl_Position = projectionMatrix * seen;
      }`,
    fragmentShader: `varying float vAway;
      void main() { gl_FragColor = vec4(vec3(0.75), 0.28 * smoothstep(0.6, 1.6, vAway)); }`,
    transparent: true,
    depthWrite: false,
  });
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.userData['mask'] = 'none';
  return {
    mesh,
    update(timeS) {
      const uniform = material.uniforms['timeS'];
      if (uniform !== undefined) uniform.value = timeS;
    },
  };
}
