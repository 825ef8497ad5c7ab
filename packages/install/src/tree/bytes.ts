import { constants } from "node:fs";
import { open } from "node:fs/promises";

/**
 * The bytes of a file that was seen to have this size. Rejects where it is another thing by now: a link isn't followed, a pipe isn't
 * waited for, and no more is read than was announced.
 */
export async function bytesOf(file: string, size: number): Promise<Uint8Array> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  await using handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!(await handle.stat()).isFile()) throw new Error(`${file} is no file any more`);
  const bytes = Buffer.allocUnsafe(size + 1);
  let read = 0;
  for (let got = -1; got !== 0 && read <= size; read += got) ({ bytesRead: got } = await handle.read(bytes, read, size + 1 - read));
  if (read !== size) throw new Error(`${file} was changed while it was read`);
  return bytes.subarray(0, size);
}
