/** NotebookEdit: one cell of a Jupyter notebook replaced, inserted or deleted. The rest of the file stays as it is written. */
import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import type { FileState, Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { absolutePath, systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { changeCell, type CellChange, type Changed } from "../notebook/edit.ts";
import { patchOf } from "../text/patch.ts";
import { lookBefore } from "./change.ts";
import type { BlockKit } from "./kit.ts";

const DESCRIPTION = `Changes one cell of a Jupyter notebook that has been read before.
- edit_mode replace (default) or delete: cell_id is the cell, as Read names it.
- edit_mode insert: the new cell stands behind cell_id, or first without one; give cell_type.
- Outputs stay as they were until the notebook is run.`;

const input = z.object({
  notebook_path: systemText("The .ipynb file; best as an absolute path"),
  cell_id: z.optional(z.string().check(z.minLength(1))),
  new_source: z.string().check(z.describe("The whole source of the cell")),
  cell_type: z.optional(z.enum(["code", "markdown", "raw"])),
  edit_mode: z.optional(z.enum(["replace", "insert", "delete"])),
});
type Input = z.infer<typeof input>;
type Plan = { readonly ok: true; readonly changed: Changed; readonly state: FileState } | { readonly ok: false; readonly why: string };

export function notebookEditBlock({ files, seen, home }: BlockKit): Tool {
  const plan = async (asked: Input): Promise<Plan> => planFor(asked, { files, seen });
  return defineTool<Input>({
    name: "NotebookEdit",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => ({ ...asked, notebook_path: absolutePath(asked.notebook_path, cwd, home) }),
    effects: ({ notebook_path }) => [{ do: "write", path: notebook_path }],
    async validate(asked) {
      if (seen.recall(asked.notebook_path) === undefined) return undefined; // nothing is told of an unread file before permission
      const planned = await plan(asked);
      return planned.ok ? undefined : planned.why;
    },
    async *run(asked, { signal }) {
      const path = asked.notebook_path;
      const planned = await plan(asked);
      if (!planned.ok) return failed(planned.why);
      const { words, name, type, before, after, stale } = planned.changed;
      const display = await patchOf(path, before, after);
      signal.throwIfAborted();
      seen.remember(path, await files.write(path, Buffer.from(words), planned.state));
      const what = `${DONE[asked.edit_mode ?? "replace"]} the ${type} cell ${name} in ${path}.`;
      const note = stale ? " Its outputs are those of the source before, until it is run." : "";
      return said(what + note, { data: { filePath: path, cellId: name, success: true }, display: { ...display, cell: name } });
    },
  });
}

const DONE = { replace: "Replaced", insert: "Inserted", delete: "Deleted" } as const;

async function planFor(asked: Input, kit: Pick<BlockKit, "files" | "seen">): Promise<Plan> {
  const path = asked.notebook_path;
  const change = changeFor(asked);
  if (typeof change === "string") return { ok: false, why: change };
  const known = await lookBefore(path, kit);
  if (known.is === "refused") return { ok: false, why: known.why };
  if (known.is === "absent") return { ok: false, why: `${path} doesn't exist. Create it with Write.` };
  const { bytes, state } = known.read;
  const words = Buffer.from(bytes).toString("utf8");
  const changed = Buffer.from(words).equals(bytes) ? changeCell(words, change) : "isn't valid UTF-8: convert it with a program in Bash";
  return typeof changed === "string" ? { ok: false, why: `${path} ${changed}.` } : { ok: true, changed, state };
}

/** A text: what is missing. */
function changeFor({ cell_id: cell, new_source: source, cell_type: type, edit_mode: mode = "replace" }: Input): CellChange | string {
  if (mode === "insert") {
    if (type === undefined) return "Nothing was changed: give cell_type for a new cell.";
    return { mode, after: cell, source, type, id: randomBytes(4).toString("hex") };
  }
  if (cell === undefined) return `Nothing was changed: give cell_id to ${mode} a cell.`;
  return mode === "delete" ? { mode, cell } : { mode, cell, source, type };
}
