/** Columns of a glyph's 5×7 pixels from the left, the lowest bit on top: what on-screen displays of cameras look like. */
const glyphs: Readonly<Record<string, string>> = {
  '0': '3E5149453E',
  '1': '00427F4000',
  '2': '4261514946',
  '3': '2141454B31',
  '4': '1814127F10',
  '5': '2745454539',
  '6': '3C4A494930',
  '7': '0171090503',
  '8': '3649494936',
  '9': '064949291E',
  A: '7E1111117E',
  B: '7F49494936',
  C: '3E41414122',
  D: '7F4141221C',
  E: '7F49494941',
  F: '7F09090901',
  G: '3E4149497A',
  H: '7F0808087F',
  I: '00417F4100',
  J: '2040413F01',
  K: '7F08142241',
  L: '7F40404040',
  M: '7F020C027F',
  N: '7F0408107F',
  O: '3E4141413E',
  P: '7F09090906',
  Q: '3E4151215E',
  R: '7F09192946',
  S: '4649494931',
  T: '01017F0101',
  U: '3F4040403F',
  V: '1F2040201F',
  W: '3F4038403F',
  X: '6314081463',
  Y: '0708700807',
  Z: '6151494543',
  '-': '0808080808',
  ':': '0036360000',
};

/** Pixels from one glyph to the next, and a line's height. */
export const glyphSize = { advance: 6, height: 7 } as const;

/** The lit pixels of a text, [x, y] from its upper left; what the font lacks stays blank. */
export function litPixels(text: string): (readonly [x: number, y: number])[] {
  return [...text].flatMap((letter, index) => {
    const columns = glyphs[letter]?.match(/../g) ?? [];
    return columns.flatMap((column, x) => {
      const bits = Number.parseInt(column, 16);
      return Array.from({ length: glyphSize.height }, (_, y) => y)
        .filter((y) => ((bits >> y) & 1) === 1)
        .map((y) => [index * glyphSize.advance + x, y] as const);
    });
  });
}
