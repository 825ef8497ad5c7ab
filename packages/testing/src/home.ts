import { rmSync } from "node:fs";
import { chmod, mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode } from "@keelson/protocol";

/** A folder of its own for one test; dispose removes it with all that is in it, also folders that nobody may write in. */
export async function temporaryHome(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "keel-test-"));
  return {
    path,
    async [Symbol.asyncDispose]() {
      try {
        rmSync(path, { recursive: true, force: true }); // one after another: nothing is still being removed when it throws
      } catch (error) {
        if (!hasCode(error, ["EACCES", "EPERM"])) throw error;
        await openFolders(path);
        rmSync(path, { recursive: true, force: true });
      }
    },
  };
}

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isDirectory()) await openFolders(join(folder, entry.name));
}
