/** The rule that Write and Edit share: no change of a file that the session hasn't read as it is now. */
import { isFileError, type FileRead } from "@keelson/protocol";
import { MOST_READ } from "./read.ts";
import type { BlockKit } from "./kit.ts";

/** The file as the session knows it, nothing at all, or why it can't be changed. */
export type Known =
  | { readonly is: "known"; readonly read: FileRead }
  | { readonly is: "absent" }
  | { readonly is: "refused"; readonly why: string; readonly read?: FileRead };

export async function lookBefore(path: string, { files, seen }: Pick<BlockKit, "files" | "seen">): Promise<Known> {
  const before = seen.recall(path);
  try {
    const read = await files.read(path, MOST_READ);
    if (before === undefined) return { is: "refused", why: `${path} exists and hasn't been read in this session. Read it first.`, read };
    if (read.state.hash === before.hash) return { is: "known", read };
    return { is: "refused", why: `${path} was changed since it was read. Read it again, then repeat the change on what it is now.`, read };
  } catch (error) {
    if (!isFileError(error)) throw error;
    if (error.code === "missing") return { is: "absent" };
    if (error.code === "too_large") return { is: "refused", why: `${error.message} Change it with a program in Bash.` };
    return { is: "refused", why: error.message };
  }
}
