import {
  BufferGeometry,
  Float32BufferAttribute,
  type Material,
  Mesh,
  NoBlending,
  ShaderMaterial,
  type Texture,
} from 'three';

/** One card of a cloud: its middle in the cloud's own metres, half its sides, its turn, opacity and tint. */
export interface Card {
  readonly at: readonly [number, number, number];
  readonly halfM: readonly [number, number];
  readonly turn: number;
  readonly alpha: number;
  readonly tint: readonly [number, number, number];
}

const corners = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
] as const;

/** An actor may be made larger or smaller as a whole. */
const faceCamera =
  'vec4 mvPosition = modelViewMatrix * vec4(middle, 1.0); mvPosition.xy += spread * length(modelMatrix[0].xyz);';

/** Cards in one mesh that all face whoever looks, drawn in the order given. */
export class Billboards {
  readonly mesh: Mesh;
  readonly #count: number;

  /** `material` needs `map`, `vertexColors` and `transparent`; what is at least `solidFrom` opaque shows in the mask. */
  constructor(count: number, material: Material & { map: Texture | null }, solidFrom: number) {
    this.#count = count;
    const geometry = new BufferGeometry();
    const sizes = { position: 3, normal: 3, middle: 3, spread: 2, color: 4 };
    for (const [name, size] of Object.entries(sizes))
      geometry.setAttribute(name, new Float32BufferAttribute(new Float32Array(count * 4 * size), size));
    const uvs = Array.from({ length: count }, () => corners.flatMap(([x, y]) => [(x + 1) / 2, (y + 1) / 2])).flat();
    geometry.setAttribute('uv', new Float32BufferAttribute(uvs, 2));
    geometry.setIndex(Array.from({ length: count }, (_, card) => [0, 1, 2, 0, 2, 3].map((at) => card * 4 + at)).flat());
    material.onBeforeCompile = (shader) => {
      shader.vertexShader = `attribute vec3 middle; attribute vec2 spread;\n${shader.vertexShader}`.replace(
        '#include <project_vertex>',
        `${faceCamera} gl_Position = projectionMatrix * mvPosition;`,
      );
    };
    this.mesh = new Mesh(geometry, material);
    this.mesh.userData['mask'] = maskMaterial(material.map, solidFrom);
    this.mesh.frustumCulled = false;
  }

  /** What is drawn from now on: at most as many as were asked for. */
  set(cards: readonly Card[]): void {
    const { geometry } = this.mesh;
    const shown = cards.slice(0, this.#count);
    const [positions, normals, middles, spreads, colours] = ['position', 'normal', 'middle', 'spread', 'color'].map(
      (name) => geometry.getAttribute(name),
    );
    for (const [number, { at, halfM, turn, alpha, tint }] of shown.entries()) {
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      for (const [corner, [x, y]] of corners.entries()) {
        const index = number * 4 + corner;
        const [right, up] = [x * halfM[0], y * halfM[1]];
        const [across, high] = [right * cos - up * sin, right * sin + up * cos];
        middles?.setXYZ(index, ...at);
        spreads?.setXY(index, across, high);
        // Not drawn from, but what the outline of the whole is taken from: as wide in x as in z.
        positions?.setXYZ(
          index,
          at[0] + across * 0.5,
          at[1] + high * 0.7,
          at[2] + across * 0.5 * (number % 2 === 0 ? 1 : -1),
        );
        normals?.setXYZ(index, across / (halfM[0] * 2), 0.8, 0.2);
        colours?.setXYZW(index, ...tint, alpha);
      }
    }
    geometry.setDrawRange(0, shown.length * 6);
    for (const attribute of [positions, normals, middles, spreads, colours])
      if (attribute !== undefined) attribute.needsUpdate = true;
  }
}

function maskMaterial(map: Texture | null, solidFrom: number): ShaderMaterial {
  return new ShaderMaterial({
    uniforms: { map: { value: map }, label: { value: 0 }, solidFrom: { value: solidFrom } },
    vertexShader: `attribute vec3 middle; attribute vec2 spread; attribute vec4 color; varying vec2 at; varying float there;
      void main() { at = uv; there = color.a; ${faceCamera} gl_Position = projectionMatrix * mvPosition; }`,
    fragmentShader: `uniform sampler2D map; uniform float label; uniform float solidFrom; varying vec2 at; varying float there;
      void main() { if (texture2D(map, at).a * there < solidFrom) discard; gl_FragColor = vec4(label, 0.0, 0.0, 1.0); }`,
    blending: NoBlending,
  });
}
