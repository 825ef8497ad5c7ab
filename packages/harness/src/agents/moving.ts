import { randomBytes } from "node:crypto";
import type { Worktrees } from "@keelson/tools";
import type { Seat } from "../toolbox.ts";
import { placeOf, type Trees } from "./trees.ts";
import type { Tree } from "./worktree.ts";

/** The session's move into a working tree of its own, and back. */
export function moving(trees: Trees, seat: Seat): Worktrees {
  let at: { readonly tree: Tree; readonly from: string } | undefined;
  return {
    async enter(name = `session-${randomBytes(3).toString("hex")}`, signal) {
      if (at) return no(`The session is in a working tree already: ${at.tree.path}. Leave it with ExitWorktree first.`);
      const from = seat.cwd;
      const tree = await trees.make(from, name, signal);
      if (typeof tree === "string") return no(tree);
      at = { tree, from };
      seat.move(tree.path);
      return yes(`The session works in ${placeOf(tree)} now. ${from} is as it was.`);
    },
    async exit(how, discard, signal) {
      if (!at) return no("The session is in no working tree.");
      const { tree, from } = at;
      const work = await trees.holdsWork(tree, signal);
      if (how === "remove" && work && !discard)
        return no(
          `Nothing changed: ${tree.path} holds work that stands nowhere else. Commit and merge it, keep the tree, or say discard_changes.`,
        );
      seat.move(from);
      at = undefined;
      const trouble = how === "remove" ? await trees.remove(from, tree, signal) : undefined;
      const left = how === "keep" ? `The tree stays at ${placeOf(tree)}.` : (trouble ?? "The tree is gone.");
      return yes(`The session works in ${from} again. ${left}`);
    },
  };
}

const yes = (words: string) => ({ ok: true, words });
const no = (words: string) => ({ ok: false, words });
