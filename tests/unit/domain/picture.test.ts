import { expect, test } from 'vitest';
import { type Picture, releasePicture } from '../../../src/domain/picture.ts';

test('a released picture has no memory left; releasing it again, or one in shared memory, does nothing', () => {
  const shape = { width: 1, height: 1, format: 'rgb24', sourceWidth: 2, sourceHeight: 2 } as const;
  const picture: Picture = { ...shape, data: new Uint8Array(3) };
  releasePicture(picture);
  expect(picture.data.length).toBe(0);
  releasePicture(picture);
  const shared: Picture = { ...shape, data: new Uint8Array(new SharedArrayBuffer(3)) };
  releasePicture(shared);
  expect(shared.data.length).toBe(3);
});
