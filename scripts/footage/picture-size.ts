/** What a camera's substream has, in pixels: the size of every clip and training picture. */
export const pictureSize = { width: 640, height: 360 } as const;

/** Pictures a second of a clip. */
export const picturesPerSecond = 10;
