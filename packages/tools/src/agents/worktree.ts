/** EnterWorktree and ExitWorktree: the session moves into a git working tree of its own, and back. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { failed, said } from "../define/said.ts";
import type { BlockKit } from "../blocks/kit.ts";

const entering = z.object({
  name: z.optional(z.string().check(z.regex(/^[A-Za-z0-9][\w.-]{0,63}$/, "Letters, digits, and . _ - inside; at most 64."))),
});
const leaving = z.object({
  action: z.enum(["keep", "remove"]),
  discard_changes: z.optional(z.boolean().check(z.describe("Remove it although there is work in it that stands nowhere else"))),
});
const NONE = "There are no working trees here: this isn't a git repository, or nothing may be moved.";

export function enterWorktreeBlock(kit: BlockKit): Tool {
  return defineTool<z.infer<typeof entering>>({
    name: "EnterWorktree",
    description: "Makes a git working tree with a branch of its own and moves the session into it. Only when the user asks for one.",
    input: entering,
    effects: (_, cwd) => [{ do: "unknown", why: `a new git working tree of ${cwd}` }],
    async *run({ name }, { signal }) {
      const moved = await kit.worktrees?.enter(name, signal);
      return moved?.ok ? said(moved.words) : failed(moved?.words ?? NONE);
    },
  });
}

export function exitWorktreeBlock(kit: BlockKit): Tool {
  return defineTool<z.infer<typeof leaving>>({
    name: "ExitWorktree",
    description: "Moves the session back from its working tree, which is kept or removed.",
    input: leaving,
    effects: ({ action }, cwd) => [{ do: action === "remove" ? "delete" : "read", path: cwd }],
    async *run({ action, discard_changes: discard = false }, { signal }) {
      const moved = await kit.worktrees?.exit(action, discard, signal);
      return moved?.ok ? said(moved.words) : failed(moved?.words ?? NONE);
    },
  });
}
