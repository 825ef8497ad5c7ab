import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/**
 * The bytes of a file that was seen to have this size. Throws where it is another thing by now: a link isn't followed, a pipe isn't
 * waited for, and no more is read than was announced. Synchronous: a start waits for many small ones, and threads take four times as long.
 */
export function bytesOf(file: string, size: number): Uint8Array {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    if (!fstatSync(handle).isFile()) throw new Error(`${file} is no file any more`);
    const bytes = Buffer.allocUnsafe(size + 1);
    let read = 0;
    for (let got = -1; got !== 0 && read <= size; read += got) got = readSync(handle, bytes, read, size + 1 - read, read);
    if (read !== size) throw new Error(`${file} was changed while it was read`);
    return bytes.subarray(0, size);
  } finally {
    closeSync(handle);
  }
}
