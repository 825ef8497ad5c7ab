/** What every way to a file begins and ends with. */
import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { fileError } from "@keelson/protocol";

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function absolute(path: string): void {
  if (!isAbsolute(path)) throw fileError("io", path, `${path} is not an absolute path.`);
}
