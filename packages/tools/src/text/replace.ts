/** Replaces text in bytes: what isn't asked to change stays as it is, whatever its encoding. */

export type Replaced = { readonly bytes: Buffer; readonly at: readonly number[]; readonly length: number };

/** Every place where `old` stands is replaced. Lines may end otherwise in the file than in what was asked: its way is kept. Undefined when it stands nowhere. */
export function replaceText(file: Uint8Array, old: string, fresh: string): Replaced | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  for (const ending of endingsOf(bytes)) {
    const from = Buffer.from(ending(old));
    const to = Buffer.from(ending(fresh));
    const at = placesOf(bytes, from);
    if (at.length > 0) return { bytes: splice(bytes, at, from.length, to), at, length: to.length };
  }
  return undefined;
}

type Ending = (words: string) => string;
const asIs: Ending = (words) => words;
const crlf: Ending = (words) => words.replaceAll(/\r?\n/g, "\r\n");
const lf: Ending = (words) => words.replaceAll("\r\n", "\n");

/** What to try, the file's own way first. */
function endingsOf(bytes: Buffer): readonly Ending[] {
  const all = placesOf(bytes, Buffer.from("\n")).length;
  const windows = placesOf(bytes, Buffer.from("\r\n")).length;
  if (windows * 2 > all) return [crlf, asIs];
  return windows > 0 ? [asIs, crlf] : [asIs, lf];
}

function placesOf(bytes: Buffer, wanted: Buffer): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + wanted.length)) places.push(at);
  return places;
}

function splice(bytes: Buffer, at: readonly number[], length: number, to: Buffer): Buffer {
  const parts = at.flatMap((place, nth) => {
    const before = nth === 0 ? 0 : (at[nth - 1] ?? 0) + length;
    return [bytes.subarray(before, place), to];
  });
  return Buffer.concat([...parts, bytes.subarray((at.at(-1) ?? 0) + length)]);
}
