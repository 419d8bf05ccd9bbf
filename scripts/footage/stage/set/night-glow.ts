import { Color, type Material, type MeshLambertMaterial, type Texture } from 'three';
import type { LightKind } from '../../truth.ts';

/** How bright a lamp, a window or a sign shines in each light; what is not named is off. */
export type Glow = Partial<Record<LightKind, number>>;

/** Lets a material shine by itself in the dark: `lightStage` switches it. Where `map` is left out all of it shines. */
export function glowAtNight(material: MeshLambertMaterial, map: Texture | Color, glow: Glow): void {
  if (map instanceof Color) material.emissive.copy(map);
  else {
    material.emissive.set(0xffffff);
    material.emissiveMap = map;
  }
  material.emissiveIntensity = 0;
  material.userData['glow'] = glow;
}

/** Switches what shines at night for a light. */
export function switchGlow(material: Material, kind: LightKind): void {
  const glow = material.userData['glow'] as Glow | undefined;
  if (glow === undefined || !('emissiveIntensity' in material)) return;
  (material as MeshLambertMaterial).emissiveIntensity = glow[kind] ?? 0;
}
