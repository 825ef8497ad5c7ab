/** Edit: one text for another, at exactly one place or at all of them. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { absolutePath, systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { linesOf, numbered } from "../text/lines.ts";
import { lineAt, makeEdits, whyNot, type Plan } from "./edits.ts";
import type { BlockKit } from "./kit.ts";

const AROUND = 3; // lines shown before and after the change
const MOST_LINES = 30; // shown in all

const DESCRIPTION = `Replaces text in a file.
- The file must have been read before, and be unchanged since.
- old_string must be exactly what stands in the file, indentation included, without the line numbers of Read.
- It must stand there once: give enough of the lines around it, or set replace_all.
- An empty old_string creates a new file.`;

const input = z.object({
  file_path: systemText("The file to change; best as an absolute path"),
  old_string: z.string().check(z.describe("The text to replace")),
  new_string: z.string().check(z.describe("What to put in its place")),
  replace_all: z.optional(z.boolean().check(z.describe("Replace every occurrence"))),
});
type Input = z.infer<typeof input>;

export function editBlock({ files, seen, home }: BlockKit): Tool {
  return defineTool<Input>({
    name: "Edit",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => ({ ...asked, file_path: absolutePath(asked.file_path, cwd, home) }),
    effects: ({ file_path }) => [{ do: "write", path: file_path }],
    validate: (asked) => whyNot(asked.file_path, [asked], { files, seen }),
    async *run(asked, { signal }) {
      const path = asked.file_path;
      const made = await makeEdits(path, [asked], { files, seen }, signal);
      if (typeof made === "string") return failed(made);
      const { plan, display } = made;
      const places = plan.done[0]?.at.length ?? 0;
      const what =
        plan.state === "absent" ? `Created ${path}` : places > 1 ? `Replaced ${places} occurrences in ${path}` : `Edited ${path}`;
      return said(`${what}.\n${around(plan)}`.trimEnd(), { data: { filePath: path, success: true }, display });
    },
  });
}

/** The first place as it stands now, with some lines around it. */
function around({ after, done }: Plan): string {
  const lines = linesOf(new TextDecoder().decode(after));
  const { at, length } = done[0] ?? { at: [], length: 0 };
  const place = at[0] ?? 0;
  const first = Math.max(lineAt(after, place) - AROUND, 1);
  const last = lineAt(after, place + Math.max(length - 1, 0)) + AROUND;
  const shown = lines.slice(first - 1, Math.min(last, first - 1 + MOST_LINES));
  return numbered(shown, first);
}
