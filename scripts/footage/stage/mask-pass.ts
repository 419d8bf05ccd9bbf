import {
  Color,
  DoubleSide,
  type Material,
  Mesh,
  MeshBasicMaterial,
  NearestFilter,
  NoBlending,
  type PerspectiveCamera,
  type Scene,
  ShaderMaterial,
  type Texture,
  type WebGLRenderer,
  WebGLRenderTarget,
} from 'three';
import type { Labels } from './labels.ts';

/** Alpha from which a see-through texture (a leaf, a flame, smoke) counts as there. */
const solidFrom = 0.4;

/**
 * Draws each mesh in the number of its label, everything else black: whatever hides it in the picture hides it here.
 * A mesh with `userData.mask` `'none'` is left out (glass, rain); one with a ShaderMaterial there is drawn with that,
 * its uniform `label` set to number / 255.
 */
export class MaskPass {
  readonly #target: WebGLRenderTarget;
  readonly #flat = new Map<number, Material>();
  readonly #cutouts = new Map<Texture, Map<number, ShaderMaterial>>();

  constructor(width: number, height: number) {
    this.#target = new WebGLRenderTarget(width, height, { minFilter: NearestFilter, magFilter: NearestFilter });
  }

  /** One byte a pixel, bottom row first. */
  draw(renderer: WebGLRenderer, scene: Scene, camera: PerspectiveCamera, labels: Labels): Uint8Array {
    const { width, height } = this.#target;
    const undo = this.#dress(scene, labels);
    const { background, fog, environment } = scene;
    Object.assign(scene, { background: new Color(0), fog: null, environment: null });
    renderer.setRenderTarget(this.#target);
    renderer.shadowMap.autoUpdate = false;
    renderer.render(scene, camera);
    const pixels = new Uint8Array(width * height * 4);
    renderer.readRenderTargetPixels(this.#target, 0, 0, width, height, pixels);
    renderer.setRenderTarget(null);
    renderer.shadowMap.autoUpdate = true;
    Object.assign(scene, { background, fog, environment });
    for (const step of undo) step();
    const labelled = new Uint8Array(width * height);
    for (let pixel = 0; pixel < labelled.length; pixel += 1) labelled[pixel] = pixels[pixel * 4] ?? 0;
    return labelled;
  }

  dispose(): void {
    this.#target.dispose();
  }

  #dress(scene: Scene, labels: Labels): (() => void)[] {
    const undo: (() => void)[] = [];
    scene.traverseVisible((object) => {
      if ('isSprite' in object || 'isPoints' in object || 'isLine' in object || object.userData['mask'] === 'none') {
        // Hidden by layer: `visible` would end this walk below it.
        const { mask } = object.layers;
        object.layers.disableAll();
        undo.push(() => {
          object.layers.mask = mask;
        });
        return;
      }
      if (!(object instanceof Mesh)) return;
      const { material } = object;
      object.material = this.#material(object, labels.of(object));
      undo.push(() => {
        object.material = material;
      });
    });
    return undo;
  }

  #material(mesh: Mesh, id: number): Material {
    const own: unknown = mesh.userData['mask'];
    if (own instanceof ShaderMaterial) {
      const label = own.uniforms['label'];
      if (label !== undefined) label.value = id / 255;
      return own;
    }
    const [material] = Array.isArray(mesh.material) ? mesh.material : [mesh.material];
    const map = material instanceof MeshBasicMaterial || 'map' in (material ?? {}) ? textureOf(material) : null;
    const isCutout = map !== null && (material?.transparent === true || (material?.alphaTest ?? 0) > 0);
    return isCutout ? this.#cutout(map, id) : this.#flatColour(id);
  }

  #flatColour(id: number): Material {
    const known = this.#flat.get(id);
    if (known !== undefined) return known;
    const material = new MeshBasicMaterial({ fog: false, toneMapped: false, side: DoubleSide, blending: NoBlending });
    material.color.setRGB(id / 255, 0, 0);
    this.#flat.set(id, material);
    return material;
  }

  #cutout(map: Texture, id: number): ShaderMaterial {
    const ofMap = this.#cutouts.get(map) ?? new Map<number, ShaderMaterial>();
    this.#cutouts.set(map, ofMap);
    const known = ofMap.get(id);
    if (known !== undefined) return known;
    const material = new ShaderMaterial({
      uniforms: { map: { value: map }, label: { value: id / 255 } },
      vertexShader:
        'varying vec2 at; void main() { at = uv; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }',
      fragmentShader: `uniform sampler2D map; uniform float label; varying vec2 at;
        void main() { if (texture2D(map, at).a < ${solidFrom}) discard; gl_FragColor = vec4(label, 0.0, 0.0, 1.0); }`,
      side: DoubleSide,
      blending: NoBlending,
    });
    ofMap.set(id, material);
    return material;
  }
}

function textureOf(material: Material | undefined): Texture | null {
  return material !== undefined && 'map' in material ? ((material.map as Texture | null | undefined) ?? null) : null;
}
