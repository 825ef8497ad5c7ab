/** Write: a whole file at once. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { absolutePath, systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { linesOf } from "../text/lines.ts";
import { patchOf } from "../text/patch.ts";
import { lookBefore } from "./change.ts";
import type { BlockKit } from "./kit.ts";

const DESCRIPTION = `Writes a whole file: creates it, with the folders it needs, or replaces all of its content.
- A file that exists must have been read before, and be unchanged since.
- To change a part of a file use Edit.`;

const input = z.object({
  file_path: systemText("The file to write; best as an absolute path"),
  content: z.string().check(z.describe("The whole new content")),
});
type Input = z.infer<typeof input>;

export function writeBlock({ files, seen, home }: BlockKit): Tool {
  return defineTool<Input>({
    name: "Write",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => ({ ...asked, file_path: absolutePath(asked.file_path, cwd, home) }),
    effects: ({ file_path }) => [{ do: "write", path: file_path }],
    replay: "idempotent", // what stands there already counts as written
    async validate({ file_path: path }) {
      if (seen.recall(path) === undefined) return undefined; // whether an unread file exists is nobody's to know before permission
      const known = await lookBefore(path, { files, seen });
      return known.is === "refused" ? known.why : undefined;
    },
    async *run({ file_path: path, content }, { signal }) {
      const bytes = Buffer.from(content);
      const known = await lookBefore(path, { files, seen });
      const data = { filePath: path, success: true };
      if (known.is !== "absent" && known.read && bytes.equals(known.read.bytes)) {
        seen.remember(path, known.read.state);
        return said(`${path} has this content already.`, { data });
      }
      if (known.is === "refused") return failed(known.why);
      const before = known.is === "known" ? new TextDecoder().decode(known.read.bytes) : "";
      const display = await patchOf(path, before, content);
      signal.throwIfAborted();
      seen.remember(path, await files.write(path, bytes, known.is === "known" ? known.read.state : "absent"));
      return said(`${known.is === "known" ? "Wrote" : "Created"} ${path} (${linesOf(content).length} lines).`, { data, display });
    },
  });
}
