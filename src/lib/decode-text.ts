/** Text of a file with the encoding it was read in. */
export interface DecodedText {
  readonly text: string;
  readonly encoding: 'UTF-8' | 'UTF-16LE' | 'GB18030';
}

/**
 * Reads a text file of unknown encoding: UTF-8 with or without its mark, UTF-16 with its mark (Excel’s "Unicode text"),
 * else GB 18030, which is what Excel writes as CSV on a Chinese Windows (GBK is a part of it). Line ends become `\n`.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const { text, encoding } = decode(bytes);
  return { text: text.replace(/\r\n?/g, '\n'), encoding };
}

function decode(bytes: Uint8Array): DecodedText {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'UTF-16LE' };
  }
  try {
    // Takes the mark off by itself.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' };
  } catch {
    return { text: new TextDecoder('gb18030').decode(bytes), encoding: 'GB18030' };
  }
}
