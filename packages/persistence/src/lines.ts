import type { Disk } from "./disk.ts";

/** A longer line is passed over without being held in memory. */
export const LINE_LIMIT = 64 * 1024 * 1024;
const FIRST_CHUNK = 8 * 1024;
const LAST_CHUNK = 256 * 1024;
const NEWLINE = 0x0a;

/** `size` counts the newline. `bytes` is without it, and undefined for a line over the limit. `ended`: false for a piece at the end of the file. */
export type Line = { readonly at: number; readonly size: number; readonly bytes: Buffer | undefined; readonly ended: boolean };
/** What one read of the disk brought. `more`: there is probably another. */
export type Batch = { readonly lines: readonly Line[]; readonly more: boolean };

/** The lines of a file as it is now, from a line's beginning on, in batches: short reads first, for those who want only one. At most one line and one chunk are held. */
export function* batches(disk: Disk, fd: number, from = 0): Generator<Batch> {
  const piece = new Piece();
  let position = from;
  for (let size = FIRST_CHUNK; ; size = Math.min(size * 2, LAST_CHUNK)) {
    const room = Buffer.allocUnsafe(size);
    const chunk = room.subarray(0, disk.read(fd, room, position));
    if (chunk.length === 0) break;
    const lines: Line[] = [];
    for (let start = 0; start < chunk.length;) {
      const end = chunk.indexOf(NEWLINE, start);
      const part = chunk.subarray(start, end < 0 ? chunk.length : end);
      const at = position + start;
      start += part.length + 1;
      if (end < 0 || piece.size > 0) piece.add(part);
      if (end >= 0)
        lines.push(piece.size > 0 ? piece.take(position + start, true) : { at, size: part.length + 1, bytes: part, ended: true });
    }
    position += chunk.length;
    yield { lines, more: chunk.length === size };
  }
  if (piece.size > 0) yield { lines: [piece.take(position, false)], more: false };
}

/** A line that isn't whole yet; over the limit its size is still counted. */
class Piece {
  size = 0;
  #parts: Buffer[] = [];

  add(part: Buffer): void {
    this.size += part.length;
    if (this.size > LINE_LIMIT) this.#parts = [];
    else this.#parts.push(part);
  }

  take(end: number, ended: boolean): Line {
    const size = this.size + (ended ? 1 : 0);
    const [only] = this.#parts;
    const bytes = this.size > LINE_LIMIT ? undefined : this.#parts.length === 1 ? only : Buffer.concat(this.#parts);
    this.size = 0;
    this.#parts = [];
    return { at: end - size, size, bytes, ended };
  }
}
