/** Answers every call of a canvas context, and its gradients, with nothing done. */
function idlePen(canvas: BlankCanvas): object {
  const gradient = { addColorStop: () => {} };
  const answers: Readonly<Record<string, unknown>> = {
    canvas,
    getImageData: (_x: number, _y: number, width: number, height: number) => new BlankImage(width, height),
    createImageData: (width: number, height: number) => new BlankImage(width, height),
    createLinearGradient: () => gradient,
    createRadialGradient: () => gradient,
    measureText: () => ({ width: 0 }),
  };
  return new Proxy({} as Record<string, unknown>, {
    get: (own, name: string) => own[name] ?? answers[name] ?? (() => {}),
    set: (own, name: string, value) => {
      own[name] = value;
      return true;
    },
  });
}

class BlankImage {
  readonly width: number;
  readonly height: number;
  /** RGBA, all nought. */
  readonly data: Uint8ClampedArray;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.data = new Uint8ClampedArray(width * height * 4);
  }
}

class BlankCanvas {
  readonly width: number;
  readonly height: number;
  readonly #pen: object;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#pen = idlePen(this);
  }

  getContext(): object {
    return this.#pen;
  }
}

/** Gives Node canvases that stay blank: a place can be built where nothing is drawn. */
export function paintNothing(): void {
  Object.assign(globalThis, { OffscreenCanvas: BlankCanvas, ImageData: BlankImage });
}
