/** What kind of image some bytes are, by what they begin with, and how large it is drawn. A name proves nothing. */

export type Image = { readonly type: string; readonly name: string; readonly size: Size | undefined };
/** Pixels. */
export type Size = { readonly width: number; readonly height: number };
type Format = Pick<Image, "type" | "name"> & {
  /** Where which bytes stand, as Latin-1. */
  readonly magic: readonly (readonly [number, string])[];
  /** Undefined when it is damaged, as far as that shows at little cost. */
  readonly measure: (bytes: Buffer) => Size | undefined;
};

/** Bytes, enough to tell the kind. */
export const MAGIC_BYTES = 16;
const TAIL = 64; // bytes; some programs add a few behind the end

const FORMATS: readonly Format[] = [
  { name: "PNG", type: "image/png", magic: [[0, "\x89PNG\r\n\x1a\n"]], measure: measurePng },
  { name: "JPEG", type: "image/jpeg", magic: [[0, "\xff\xd8\xff"]], measure: measureJpeg },
  {
    name: "GIF",
    type: "image/gif",
    magic: [
      [0, "GIF8"],
      [5, "a"],
    ],
    measure: measureGif,
  },
  {
    name: "WebP",
    type: "image/webp",
    magic: [
      [0, "RIFF"],
      [8, "WEBP"],
    ],
    measure: measureWebp,
  },
];

/** Undefined for what is no image that a model is shown. */
export function imageIn(bytes: Uint8Array): Image | undefined {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = FORMATS.find(({ magic }) => magic.every(([at, signs]) => all.toString("latin1", at, at + signs.length) === signs));
  if (!format) return undefined;
  const { name, type, measure } = format;
  return { name, type, size: sound(measure, all) };
}

function sound(measure: Format["measure"], bytes: Buffer): Size | undefined {
  try {
    const size = measure(bytes);
    return size && size.width > 0 && size.height > 0 ? size : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it ends within its head
    throw error;
  }
}

/** PNG, third edition, 5.3 and 11.2.1: the head comes first, IEND last. */
function measurePng(bytes: Buffer): Size | undefined {
  if (!bytes.includes("IEND", Math.max(bytes.length - TAIL, 0))) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** ITU-T T.81, B.1 and B.2: segments up to the frame's head, of which there are as many kinds as ways to code; EOI ends it. */
function measureJpeg(bytes: Buffer): Size | undefined {
  const START_OF_FRAME = [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
  if (bytes.lastIndexOf("\xff\xd9", undefined, "latin1") < 0) return undefined;
  for (let at = 2; bytes.readUInt8(at) === 0xff;) {
    const marker = bytes.readUInt8(at + 1);
    if (START_OF_FRAME.includes(marker)) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2); // 0xff before a marker only fills
  }
  return undefined;
}

/** GIF89a, 18. The trailer is missing in many that are well otherwise. */
function measureGif(bytes: Buffer): Size | undefined {
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** RFC 9649, 2.4 to 2.7: lossy, lossless, extended. */
function measureWebp(bytes: Buffer): Size | undefined {
  if (bytes.readUInt32LE(4) + 8 > bytes.length) return undefined;
  const kind = bytes.toString("latin1", 12, 16);
  if (kind === "VP8 ") return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (kind === "VP8X") return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  if (kind !== "VP8L") return undefined;
  const packed = bytes.readUInt32LE(21); // 14 bits each, one less than it is
  return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
}
