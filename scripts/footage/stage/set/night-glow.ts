import { Color, type Material, MeshLambertMaterial, type Texture } from 'three';
import type { LightKind } from '../../truth.ts';

/** How bright a lamp, a window or a sign shines in each light; what is not named is off. */
export type Glow = Partial<Record<LightKind, number>>;

/** Lets a material shine by itself in the dark, as a whole or where its map is bright: `lightStage` switches it. */
export function glowAtNight(material: MeshLambertMaterial, shine: Texture | Color, glow: Glow): void {
  if (shine instanceof Color) material.emissive.copy(shine);
  else {
    material.emissive.set(0xffffff);
    material.emissiveMap = shine;
  }
  material.emissiveIntensity = 0;
  material.userData['glow'] = glow;
}

/** Switches what shines at night for a light. */
export function switchGlow(material: Material, kind: LightKind): void {
  const glow = material.userData['glow'] as Glow | undefined;
  if (glow === undefined) return;
  const level = glow[kind] ?? 0;
  if (material instanceof MeshLambertMaterial) {
    material.emissiveIntensity = level;
    // What is off is not looked up for every pixel; told before it is first drawn.
    if (level === 0) material.emissiveMap = null;
    return;
  }
  material.opacity = level;
  material.visible = level > 0;
}
