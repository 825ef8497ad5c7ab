/** MultiEdit: several edits of one file, each on what the one before it left; all of them or none. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { absolutePath, systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { makeEdits, whyNot } from "./edits.ts";
import type { BlockKit } from "./kit.ts";

const MOST_EDITS = 200;

const DESCRIPTION = `Makes several replacements in one file: all of them, or none when one can't be made.
- They are made in their order, each on what the one before it left. What holds for Edit holds for each.`;

const edit = z.object({
  old_string: z.string().check(z.describe("The text to replace")),
  new_string: z.string().check(z.describe("What to put in its place")),
  replace_all: z.optional(z.boolean().check(z.describe("Replace every occurrence"))),
});
const input = z.object({
  file_path: systemText("The file to change; best as an absolute path"),
  edits: z.array(edit).check(z.minLength(1), z.maxLength(MOST_EDITS)),
});
type Input = z.infer<typeof input>;

export function multiEditBlock({ files, seen, home }: BlockKit): Tool {
  return defineTool<Input>({
    name: "MultiEdit",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => ({ ...asked, file_path: absolutePath(asked.file_path, cwd, home) }),
    effects: ({ file_path }) => [{ do: "write", path: file_path }],
    validate: ({ file_path, edits }) => whyNot(file_path, edits, { files, seen }),
    async *run({ file_path: path, edits }, { signal }) {
      const made = await makeEdits(path, edits, { files, seen }, signal);
      if (typeof made === "string") return failed(made);
      const { plan, display } = made;
      const places = plan.done.reduce((all, { at }) => all + at.length, 0);
      const what = `${plan.state === "absent" ? "Created" : "Edited"} ${path}: ${edits.length} edits at ${places} places.`;
      return said(what, { data: { filePath: path, success: true }, display });
    },
  });
}
