import {
  BasicShadowMap,
  Light,
  type Material,
  Mesh,
  type Object3D,
  PerspectiveCamera,
  Scene,
  SRGBColorSpace,
  Texture,
  WebGLRenderer,
} from 'three';
import type { TruthZone } from '../truth.ts';
import type { LabelOutline } from '../truth-boxes.ts';
import { type Actor, poseChangeS } from './actor.ts';
import { Labels } from './labels.ts';
import { MaskPass } from './mask-pass.ts';
import { patchRound, smear } from './motion-blur.ts';
import type { Path } from './path.ts';
import { outlineOf, zoneSeen } from './projection.ts';
import type { CameraPose, Site } from './site.ts';

/** Draws one scene in one light: set by `lightStage`. */
export interface StageLight {
  /** Once a picture, before it is drawn. */
  update?(timeS: number, camera: PerspectiveCamera): void;
}

/** What the page hands over of one picture. */
export interface StagePicture {
  /** RGBA, bottom row first. */
  readonly colour: Uint8Array;
  /** One label number a pixel, bottom row first. */
  readonly mask: Uint8Array;
  /** Whole outlines of what is on stage, 0–1 of the picture. */
  readonly outlines: readonly LabelOutline[];
}

/** Who moves less than this during the exposure is as sharp as who stands: most people who walk by. */
const leastSmearPx = 1.2;

/** One place with its actors, drawn picture by picture. */
export class Stage {
  readonly scene = new Scene();
  readonly camera: PerspectiveCamera;
  readonly #renderer: WebGLRenderer;
  readonly #mask: MaskPass;
  readonly #labels = new Labels();
  readonly #cast: { actor: Actor; path: Path | undefined }[] = [];
  readonly #site: Site;
  readonly #size: readonly [number, number];
  readonly #light: StageLight;

  constructor(
    renderer: WebGLRenderer,
    site: Site,
    size: readonly [number, number],
    light: (scene: Scene, renderer: WebGLRenderer) => StageLight,
  ) {
    this.#renderer = renderer;
    this.#site = site;
    this.#size = size;
    this.#mask = new MaskPass(...size);
    this.camera = createCamera(site.camera, size);
    this.scene.add(site.set);
    this.#light = light(this.scene, renderer);
  }

  get zones(): TruthZone[] {
    return this.#site.zones.map((zone) => zoneSeen(zone, this.camera));
  }

  play(actor: Actor, path: Path | undefined): void {
    this.#labels.add(actor);
    this.scene.add(actor.object);
    this.#cast.push({ actor, path });
  }

  /** One moment, in the middle of an exposure of `shutterS`. */
  draw(timeS: number, shutterS = 0): StagePicture {
    this.#pose(timeS);
    this.#light.update?.(timeS, this.camera);
    const colour = this.#drawColour();
    const mask = this.#mask.draw(this.#renderer, this.scene, this.camera, this.#labels);
    const outlines = this.#labels.all
      .filter(({ object }) => isShown(object))
      .map(({ id, class: name, parts, object, apart }) => ({
        id,
        class: name,
        parts,
        outline: outlineOf(object, this.camera, apart) ?? [],
      }));
    if (shutterS > 0) this.#smear(colour, timeS, shutterS);
    return { colour, mask, outlines };
  }

  #smear(colour: Uint8Array, timeS: number, shutterS: number): void {
    const moving = this.#cast.filter(({ actor, path }) => {
      const wayM = (path?.at(timeS)?.speedMps ?? 0) * shutterS;
      return wayM * this.#pixelsPerMetre(actor.object) > leastSmearPx;
    });
    const patch = patchRound(
      moving.map(({ actor }) => outlineOf(actor.object, this.camera) ?? []),
      this.#size,
    );
    if (patch === undefined) return;
    // Before second 0 nobody is on stage: the first picture opens its shutter when the take begins.
    const times = [Math.max(0, timeS - shutterS / 3), timeS + shutterS / 3];
    smear(colour, this.#size, patch, times, {
      renderer: this.#renderer,
      scene: this.scene,
      camera: this.camera,
      pose: (moment) => this.#pose(moment),
    });
  }

  #pixelsPerMetre({ position }: Object3D): number {
    const viewM = 2 * Math.tan((this.camera.fov * Math.PI) / 360) * position.distanceTo(this.camera.position);
    return this.#size[1] / viewM;
  }

  #pose(timeS: number): void {
    for (const { actor, path } of this.#cast) {
      if (path === undefined) {
        const still = {
          timeS,
          wayM: 0,
          speedMps: 0,
          pose: 'stand',
          before: 'stand',
          sinceChangeS: poseChangeS,
        } as const;
        actor.move?.(still);
        continue;
      }
      const place = path.at(timeS);
      actor.object.visible = place !== undefined;
      if (place === undefined) continue;
      actor.object.position.set(place.x, place.y, place.z);
      actor.object.rotation.y = place.heading;
      actor.move?.(place);
    }
    this.scene.updateMatrixWorld(true);
  }

  #drawColour(): Uint8Array {
    const [width, height] = this.#size;
    this.#renderer.render(this.scene, this.camera);
    const colour = new Uint8Array(width * height * 4);
    const gl = this.#renderer.getContext();
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, colour);
    return colour;
  }

  /** Frees what the graphics driver holds of it; the shaders stay, the next stage needs the same ones. */
  dispose(): void {
    this.#mask.dispose();
    this.scene.traverse((object) => {
      if ('geometry' in object) (object.geometry as { dispose(): void }).dispose();
      if (object instanceof Light) object.dispose();
      if (object instanceof Mesh) for (const material of [object.material].flat()) disposeTextures(material);
    });
    if (this.scene.background instanceof Texture) this.scene.background.dispose();
    this.#renderer.renderLists.dispose();
  }
}

function disposeTextures(material: Material): void {
  for (const value of Object.values(material)) if (value instanceof Texture) value.dispose();
}

/** A renderer of the wanted size with shadows. */
export function createRenderer(width: number, height: number): WebGLRenderer {
  const renderer = new WebGLRenderer({ antialias: true, preserveDrawingBuffer: true });
  renderer.setSize(width, height);
  renderer.setPixelRatio(1);
  renderer.outputColorSpace = SRGBColorSpace;
  renderer.shadowMap.enabled = true;
  // Hard ones: the sensor softens them, and sampling more takes a sixth of a picture's time.
  renderer.shadowMap.type = BasicShadowMap;
  return renderer;
}

function createCamera(pose: CameraPose, [width, height]: readonly [number, number]): PerspectiveCamera {
  const camera = new PerspectiveCamera(pose.fovDeg, width / height, 0.1, 400);
  camera.position.set(...pose.position);
  camera.lookAt(...pose.target);
  camera.updateMatrixWorld(true);
  return camera;
}

function isShown(object: { visible: boolean; parent: unknown }): boolean {
  if (!object.visible) return false;
  return object.parent === null || isShown(object.parent as { visible: boolean; parent: unknown });
}
