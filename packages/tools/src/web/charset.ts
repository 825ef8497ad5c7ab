/** Bytes as text, in the charset that they are in. Rule: what a server says counts unless the bytes prove it wrong; nothing rejects. */

const META = /<meta[^>]+charset\s*=\s*["']?\s*([\w:.-]+)/i;
const LOOKED_AT = 1_024; // bytes: where HTML must name its charset (WHATWG HTML, 13.2.3.2)
/** What is in no other charset that was named: each byte means something in it, and most old pages are in it. */
const LAST = "windows-1252";

export function decode(bytes: Uint8Array, contentType: string): string {
  const marked = byMark(bytes);
  const said = /charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType)?.[1];
  const head = Buffer.from(bytes.subarray(0, LOOKED_AT)).toString("latin1");
  const named = [marked, said, META.exec(head)?.[1], "utf-8"].find((label) => label !== undefined && isKnown(label)) ?? "utf-8";
  // UTF-8 that was cut ends in half of a character, which proves nothing.
  return strictly(bytes, named) ?? strictly(bytes, "utf-8") ?? new TextDecoder(LAST).decode(bytes);
}

function byMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== "replacement";
  } catch {
    return false; // a name nobody knows
  }
}

function strictly(bytes: Uint8Array, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined; // it is in another one
  }
}
