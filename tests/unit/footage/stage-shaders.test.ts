import { Color, MeshBasicMaterial, MeshLambertMaterial, ShaderLib, Vector3 } from 'three';
import { describe, expect, test } from 'vitest';
import { Billboards } from '../../../scripts/footage/stage/actors/billboards.ts';
import { mirrorSky, skySeenBy } from '../../../scripts/footage/stage/set/sky-mirror.ts';
import { mirrorFragment, mirrorVertex } from '../../../scripts/footage/stage/set/sky-mirror-glsl.ts';

/** What a material makes of the shader that three would compile for it. */
function compiled(material: MeshLambertMaterial | MeshBasicMaterial, { vertexShader, fragmentShader }: Source) {
  const shader = { vertexShader, fragmentShader, uniforms: {} };
  material.onBeforeCompile(shader as Parameters<typeof material.onBeforeCompile>[0], undefined as never);
  return shader;
}

interface Source {
  readonly vertexShader: string;
  readonly fragmentShader: string;
}

// The shaders are patched at chunks of three: another version of it may name them otherwise.
describe('a mirror in three’s own shader', () => {
  test.each(['ground', 'tiles', 'water'] as const)('%s reflects the sky before the colour is put out', (mirror) => {
    const fragment = mirrorFragment(ShaderLib.lambert.fragmentShader, mirror);

    expect(fragment.lastIndexOf('skyTowards(way)')).toBeGreaterThan(fragment.indexOf('vec3 outgoingLight ='));
    expect(fragment.lastIndexOf('skyTowards(way)')).toBeLessThan(fragment.indexOf('#include <opaque_fragment>'));
  });

  test('only ground has stains, and they follow its texture', () => {
    const withStains = (['ground', 'tiles', 'water'] as const).filter((mirror) =>
      mirrorFragment(ShaderLib.lambert.fragmentShader, mirror).includes('float coarse'),
    );
    const fragment = mirrorFragment(ShaderLib.lambert.fragmentShader, 'ground');

    expect(withStains).toEqual(['ground']);
    expect(fragment.indexOf('float coarse')).toBeGreaterThan(fragment.indexOf('#include <map_fragment>'));
  });

  test('the vertex shader hands over where in the world a spot is', () => {
    const vertex = mirrorVertex(ShaderLib.lambert.vertexShader);

    expect(vertex).toContain('varying vec3 vSpot;');
    expect(vertex.indexOf('vSpot = ')).toBeGreaterThan(vertex.indexOf('#include <begin_vertex>'));
  });

  test('two materials share a program but not what they see', () => {
    const [one, other] = [new MeshLambertMaterial(), new MeshLambertMaterial()];
    for (const material of [one, other]) mirrorSky(material, 'water', { scale: 1, strength: 0.05 });
    skySeenBy(one)?.zenith.value.copy(new Color(1, 0, 0));
    skySeenBy(one)?.sun.value.copy(new Vector3(1, 0, 0));

    expect(one.customProgramCacheKey()).toBe(other.customProgramCacheKey());
    expect(skySeenBy(other)?.zenith.value.toArray()).not.toEqual([1, 0, 0]);
    expect(compiled(one, ShaderLib.lambert).uniforms).toMatchObject({ zenith: { value: new Color(1, 0, 0) } });
  });
});

test.each([
  ['smoke', new MeshLambertMaterial({ transparent: true }), ShaderLib.lambert],
  ['flames', new MeshBasicMaterial({ transparent: true }), ShaderLib.basic],
] as const)('cards of %s are turned to the camera by the shader', (_name, material, source) => {
  const { mesh } = new Billboards(1, material, 0.2);
  const { vertexShader } = compiled(material, source);

  expect(mesh.material).toBe(material);
  expect(vertexShader).not.toContain('#include <project_vertex>');
  expect(vertexShader.indexOf('mvPosition.xy += spread')).toBeGreaterThan(vertexShader.indexOf('void main'));
});
