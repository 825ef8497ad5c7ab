/** Edit: one text for another, at exactly one place or at all of them. */
import * as z from "zod/mini";
import type { FileState, Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { absolutePath, systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { hintFor } from "../text/hint.ts";
import { linesOf, numbered } from "../text/lines.ts";
import { patchOf } from "../text/patch.ts";
import { replaceText } from "../text/replace.ts";
import { lookBefore } from "./change.ts";
import type { BlockKit } from "./kit.ts";

const AROUND = 3; // lines shown before and after the change
const MOST_LINES = 30; // shown in all
const MOST_PLACES = 8; // named when there are several

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
type Plan =
  | {
      readonly ok: true;
      readonly before: Uint8Array;
      readonly after: Buffer;
      readonly at: readonly number[];
      readonly length: number;
      readonly state: FileState | "absent";
    }
  | { readonly ok: false; readonly why: string };

export function editBlock({ files, seen, home }: BlockKit): Tool {
  const plan = async (asked: Input): Promise<Plan> => planFor(asked, { files, seen });
  return defineTool<Input>({
    name: "Edit",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => ({ ...asked, file_path: absolutePath(asked.file_path, cwd, home) }),
    effects: ({ file_path }) => [{ do: "write", path: file_path }],
    async validate(asked) {
      if (asked.old_string === asked.new_string) return "old_string and new_string are the same: nothing would change.";
      if (seen.recall(asked.file_path) === undefined) return undefined; // nothing is told of an unread file before permission
      const planned = await plan(asked);
      return planned.ok ? undefined : planned.why;
    },
    async *run(asked, { signal }) {
      const path = asked.file_path;
      const planned = await plan(asked);
      if (!planned.ok) return failed(planned.why);
      const { before, after, at, state } = planned;
      const display = await patchOf(path, decode(before), decode(after));
      signal.throwIfAborted();
      seen.remember(path, await files.write(path, after, state));
      const done =
        state === "absent" ? `Created ${path}` : at.length > 1 ? `Replaced ${at.length} occurrences in ${path}` : `Edited ${path}`;
      return said(`${done}.\n${around(planned)}`.trimEnd(), { data: { filePath: path, success: true }, display });
    },
  });
}

async function planFor(asked: Input, kit: Pick<BlockKit, "files" | "seen">): Promise<Plan> {
  const { file_path: path, old_string: old, new_string: fresh } = asked;
  if (old === fresh) return { ok: false, why: "old_string and new_string are the same: nothing would change." };
  const known = await lookBefore(path, kit);
  if (known.is === "refused") return { ok: false, why: known.why };
  if (known.is === "absent") {
    if (old !== "") return { ok: false, why: `${path} doesn't exist. To create it give an empty old_string, or use Write.` };
    const after = Buffer.from(fresh);
    return { ok: true, before: new Uint8Array(), after, at: [0], length: after.length, state: "absent" };
  }
  const { bytes, state } = known.read;
  if (old === "") return { ok: false, why: `${path} exists already. Give the text to replace, or use Write to replace all of it.` };
  const replaced = replaceText(bytes, old, fresh);
  if (!replaced) return { ok: false, why: `old_string was not found in ${path}. ${hintFor(decode(bytes), old)}` };
  if (replaced.at.length > 1 && asked.replace_all !== true) return { ok: false, why: severalPlaces(path, bytes, replaced.at) };
  return { ok: true, before: bytes, after: replaced.bytes, at: replaced.at, length: replaced.length, state };
}

function severalPlaces(path: string, bytes: Uint8Array, at: readonly number[]): string {
  const lines = at.slice(0, MOST_PLACES).map((place) => lineAt(bytes, place));
  const named = `${lines.join(", ")}${at.length > lines.length ? ", …" : ""}`;
  return `old_string stands ${at.length} times in ${path} (lines ${named}). Add lines around it until it is unique, or set replace_all.`;
}

/** The first change as it stands now, with some lines around it. */
function around({ after, at, length }: Extract<Plan, { ok: true }>): string {
  const lines = linesOf(decode(after));
  const place = at[0] ?? 0;
  const first = Math.max(lineAt(after, place) - AROUND, 1);
  const last = lineAt(after, place + Math.max(length - 1, 0)) + AROUND;
  const shown = lines.slice(first - 1, Math.min(last, first - 1 + MOST_LINES));
  return numbered(shown, first);
}

function lineAt(bytes: Uint8Array, place: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < place; at = bytes.indexOf(10, at + 1)) line++;
  return line;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
