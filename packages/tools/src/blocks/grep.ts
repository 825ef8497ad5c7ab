/** Grep: lines or files by content, through ripgrep. */
import { dirname } from "node:path";
import * as z from "zod/mini";
import type { ProcessChunk, Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { absolutePath, isWithin, shortPath, systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { createTranscript } from "../output/transcript.ts";
import type { BlockKit } from "./kit.ts";
import { leavingOut } from "./leave-out.ts";
import { engineFor, ripgrep, searched, type Found, type Search } from "./ripgrep.ts";

const DESCRIPTION = `Searches the content of files with ripgrep.
- pattern is a regular expression of ripgrep: escape a brace or a parenthesis that is meant as itself.
- Narrow the search by path, glob ("*.ts", "src/**") or type ("js", "py", "rust").
- output_mode: files_with_matches (default, newest first), content (lines, with -A, -B, -C around them), count.
- Files that .gitignore names are left out.`;

/** Total, so that a mode can't be forgotten. Sorted: the same search gives the same answer. */
const MODES = {
  files_with_matches: ["--files-with-matches", "--sortr=modified"],
  content: ["--sort=path", "--no-heading", "--max-columns=500", "--max-columns-preview"],
  count: ["--count", "--sort=path"],
} as const;

const lines = (about: string) => z.optional(z.int().check(z.gte(0), z.describe(about)));
const input = z.object({
  pattern: systemText("The regular expression"),
  path: z.optional(systemText("The file or folder to search; default is the working directory")),
  glob: z.optional(systemText("Only files that fit this glob")),
  type: z.optional(systemText("Only files of this type")),
  output_mode: z.optional(z.enum(["files_with_matches", "content", "count"])),
  "-i": z.optional(z.boolean().check(z.describe("Ignore case"))),
  "-n": z.optional(z.boolean().check(z.describe("Line numbers (content); default true"))),
  "-A": lines("Lines after each match (content)"),
  "-B": lines("Lines before each match (content)"),
  "-C": lines("Lines around each match (content)"),
  multiline: z.optional(z.boolean().check(z.describe("Let a match, and the dot, go over line ends"))),
  head_limit: z.optional(z.int().check(z.gte(0), z.describe("Only the first so many lines of the answer"))),
});
type Input = z.infer<typeof input>;

export function grepBlock({ run, env, home, spillDir, hidden }: BlockKit): Tool {
  return defineTool<Input>({
    name: "Grep",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => ({ ...asked, path: absolutePath(asked.path ?? ".", cwd, home) }),
    effects: ({ path }, cwd) => [searched(path ?? cwd, hidden)],
    readOnly: true,
    concurrencySafe: true,
    replay: "safe",
    async *run(asked, { callId, cwd, signal }) {
      const found: Found = {};
      const transcript = createTranscript(spillDir, callId);
      const limit = { left: asked.head_limit || Infinity };
      let cut: string | undefined;
      const search = searchFor(asked, cwd, env);
      const names = asked.output_mode ?? "files_with_matches";
      for await (const chunk of leavingOut(ripgrep(run, search, found, signal), {
        names,
        base: search.cwd,
        numbered: asked["-n"] !== false,
        isHidden: hidden?.(),
      })) {
        const part = firstLines(chunk, limit);
        await transcript.add(part);
        if (part.bytes.length < chunk.bytes.length) cut = `Cut after line ${asked.head_limit}: more follow.`;
        else if (transcript.full) cut = "The search was stopped here: far too much fits. Narrow the pattern or the path.";
        if (cut !== undefined) break;
      }
      const { shown } = await transcript.finish();
      if (shown === "") return found.trouble === undefined ? said("No matches.") : failed(found.trouble);
      const more = cut === undefined ? [] : [`[${cut}]`];
      const trouble = found.trouble === undefined ? [] : [`[${found.trouble}]`];
      return said([shown.trimEnd(), ...more, ...trouble].join("\n"));
    },
  });
}

function searchFor(asked: Input, cwd: string, env: Search["env"]): Search {
  const path = asked.path ?? cwd;
  const mode = asked.output_mode ?? "files_with_matches";
  const base = isWithin(cwd, path) ? cwd : dirname(path);
  const target = shortPath(path, cwd);
  const around = (["-A", "-B", "-C"] as const).flatMap((flag) => (asked[flag] === undefined ? [] : [`${flag}${asked[flag]}`]));
  const args = [
    ...["--hidden", "--with-filename", ...MODES[mode], ...(mode === "files_with_matches" ? [] : ["--null"])],
    ...engineFor(asked.pattern),
    ...(mode === "content" ? ["--line-number", ...around] : []),
    ...(asked["-i"] ? ["--ignore-case"] : []),
    ...(asked.multiline ? ["--multiline", "--multiline-dotall"] : []),
    ...(asked.type === undefined ? [] : [`--type=${asked.type}`]),
    ...globsFor(asked.glob, target),
    ...[`--glob=!.git`, `--regexp=${asked.pattern}`, "--"],
    ...(target === "." ? [] : [target]), // without one it searches where it stands, and leaves out "./"
  ];
  return { args, cwd: base, env };
}

/** A glob with folders is meant from where the search begins, or from where ripgrep stands: both count. */
function globsFor(glob: string | undefined, target: string): readonly string[] {
  if (glob === undefined) return [];
  const [not, bare] = glob.startsWith("!") ? ["!", glob.slice(1)] : ["", glob];
  const nested = target !== "." && !target.startsWith("/") && bare.includes("/") && !/^(\/|\*\*\/)/.test(bare);
  return [glob, ...(nested ? [`${not}${target}/${bare}`] : [])].map((one) => `--glob=${one}`);
}

/** As much of the chunk as `limit` has lines left. */
function firstLines(chunk: ProcessChunk, limit: { left: number }): ProcessChunk {
  const newline = 10;
  let end = 0;
  while (limit.left > 0 && end < chunk.bytes.length) {
    const at = chunk.bytes.indexOf(newline, end);
    if (at < 0) return chunk;
    end = at + 1;
    limit.left--;
  }
  return { ...chunk, bytes: chunk.bytes.subarray(0, end) };
}
