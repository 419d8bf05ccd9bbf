import { Group, Mesh, MeshStandardMaterial, PlaneGeometry } from 'three';
import { createCar } from '../actors/car.ts';
import { Path } from '../path.ts';
import type { SitePlan } from '../site.ts';

/** A street with a no-parking kerb. */
export const illegalParkingSite: SitePlan = {
  scene: 'illegal_parking',
  lights: ['day', 'dusk', 'night', 'rain'],
  build(random) {
    const set = new Group();
    const road = new Mesh(new PlaneGeometry(80, 80), new MeshStandardMaterial({ color: 0x555555 }));
    road.rotation.x = -Math.PI / 2;
    road.receiveShadow = true;
    set.add(road);
    return {
      set,
      camera: { position: [random.between(-12, -8), 6, 9], target: [2, 0, -1], fovDeg: 45 },
      zones: [
        {
          id: 'kerb',
          kind: 'polygon',
          points: [
            [-6, 1],
            [6, 1],
            [6, 3.5],
            [-6, 3.5],
          ],
          tags: ['roadway'],
        },
      ],
      grounds: [
        {
          use: 'road',
          points: [
            [-20, -4],
            [20, -4],
            [20, 3],
            [-20, 3],
          ],
          heading: 0,
        },
      ],
    };
  },
  takes: {
    fires: {
      about: 'A car stops at the kerb, stands, and drives off.',
      light: 'day',
      lengthS: 40,
      tell(story) {
        story.play(
          createCar(story.random),
          new Path([
            { atS: 2, x: -24, z: 2.2 },
            { atS: 6, x: 0, z: 2.2 },
            { atS: 30, x: 0.001, z: 2.2 },
            { atS: 34, x: 28, z: 2.2 },
          ]),
        );
        story.during(6, 30);
      },
    },
    near: {
      about: 'Cars drive past.',
      light: 'day',
      lengthS: 40,
      tell(story) {
        story.play(
          createCar(story.random),
          new Path([
            { atS: 2, x: -24, z: 0 },
            { atS: 8, x: 28, z: 0 },
          ]),
        );
      },
    },
  },
};
