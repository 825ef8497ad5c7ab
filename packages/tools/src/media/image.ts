/** An image as a model is shown it. One that the API would refuse stays out: it would stand in the log and be refused with every request. */
import { text, type Block, type ToolOutput } from "@keelson/protocol";
import { failed } from "../define/said.ts";
import { sizeOf } from "../files/because.ts";
import { imageIn, type Size } from "./header.ts";

/** Bytes; in base64 it is a third more, and 5 MiB of that are taken. */
const MOST_BYTES = (5 * 1024 * 1024 * 3) / 4;
const MOST_PIXELS = 8_000; // of a side

export type Shown = { readonly block: Block; readonly what: string; readonly type: string; readonly size: Size };

/** A text: why it can't be shown. Undefined for what is no image. */
export function imageBlock(bytes: Uint8Array): Shown | string | undefined {
  const image = imageIn(bytes);
  if (!image) return undefined;
  const { name, type, size } = image;
  if (!size) return `begins as a ${name} image, but is damaged or cut: see where it comes from`;
  const { width, height } = size;
  const what = `${name} image, ${width} × ${height}, ${sizeOf(bytes.length)}`;
  if (bytes.length > MOST_BYTES || Math.max(width, height) > MOST_PIXELS) return tooLarge(what);
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return { block: { type: "image", source: { type: "base64", media_type: type, data } }, what, type, size };
}

export function tooLarge(what: string): string {
  const limits = `${sizeOf(MOST_BYTES)} and ${MOST_PIXELS} pixels a side`;
  return `is a ${what}, more than can be shown (${limits}): shrink a copy in Bash, as with "magick IN -resize 2000x2000 OUT.png", and read that`;
}

export function showImage(path: string, bytes: Uint8Array): ToolOutput | undefined {
  const shown = imageBlock(bytes);
  if (shown === undefined) return undefined;
  if (typeof shown === "string") return failed(`${path} ${shown}.`);
  const { block, what, type, size } = shown;
  const display = { kind: "image", path, type, ...size, bytes: bytes.length };
  return { content: [text(`[${path}: ${what}]`), block], display };
}
