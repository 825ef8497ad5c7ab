/** Glob: files by name, newest first. What .gitignore names isn't there. */
import { join } from "node:path";
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { absolutePath, shortPath, systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { pieces } from "../output/pieces.ts";
import { globMatcher, splitPattern } from "../text/glob.ts";
import type { BlockKit } from "./kit.ts";
import { ripgrep, searched, type Found } from "./ripgrep.ts";

const MOST_FILES = 100;

const DESCRIPTION = `Finds files by name, most recently changed first, at most 100.
- Patterns as in "**/*.ts", "src/**/*.{js,jsx}" or "package.json"; one without a slash fits at any depth.
- Files that .gitignore names are left out. To search in the content use Grep.`;

const input = z.object({
  pattern: systemText("The glob pattern"),
  path: z.optional(systemText("The folder to search; default is the working directory")),
});
type Input = z.infer<typeof input>;

export function globBlock({ run, env, home, hidden }: BlockKit): Tool {
  return defineTool<Input>({
    name: "Glob",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => settle(asked, cwd, home),
    effects: ({ path }, cwd) => [searched(path ?? cwd, hidden)],
    readOnly: true,
    concurrencySafe: true,
    replay: "safe",
    async *run({ pattern, path: folder }, { cwd, signal }) {
      const path = folder ?? cwd;
      const fits = globMatcher(pattern);
      if (!fits) return failed(`${pattern} isn't a glob pattern: look at its brackets and braces.`);
      const found: Found = {};
      const args = ["--files", "--null", "--hidden", "--glob=!.git", "--sortr=modified"];
      const files: string[] = [];
      const isHidden = hidden?.();
      for await (const name of pieces(ripgrep(run, { args, cwd: path, env }, found, signal), "\0")) {
        if (!fits(name) || (await isHidden?.(join(path, name)))) continue;
        files.push(shortPath(join(path, name), cwd));
        if (files.length > MOST_FILES) break;
      }
      if (files.length === 0) return found.trouble === undefined ? said(`No file fits ${pattern} in ${path}.`) : failed(found.trouble);
      const more =
        files.length > MOST_FILES ? [`[More than ${MOST_FILES} files fit; these are the newest. Narrow the pattern or the path.]`] : [];
      const trouble = found.trouble === undefined ? [] : [`[${found.trouble}]`];
      return said([...files.slice(0, MOST_FILES), ...more, ...trouble].join("\n"));
    },
  });
}

/** A pattern that names a folder outside of the one to search is a search there. */
function settle({ pattern, path }: Input, cwd: string, home: string): Input {
  const base = absolutePath(path ?? ".", cwd, home);
  if (!/^(\/|~\/|\.\.\/)/.test(pattern)) return { pattern, path: base };
  const { folder, rest } = splitPattern(pattern);
  return { pattern: rest, path: absolutePath(folder, base, home) };
}
