import { randomBytes } from "node:crypto";
import type { Worktrees } from "@keelson/tools";
import type { Entered, Seat } from "../seat.ts";
import { placeOf, type Trees } from "./trees.ts";

/** The session's move into a working tree of its own, and back. `before`: as its log left it. `tell`: where it is now. */
export function moving(trees: Trees, seat: Seat, before: Entered | undefined, tell: (entered: Entered | undefined) => void): Worktrees {
  let at = before?.tree.path === seat.cwd ? before : undefined;
  const move = (to: Entered | undefined, cwd: string): void => {
    at = to;
    seat.move(cwd);
    tell(to);
  };
  return {
    async enter(name = `session-${randomBytes(3).toString("hex")}`, signal) {
      if (at) return no(`The session is in a working tree already: ${at.tree.path}. Leave it with ExitWorktree first.`);
      const from = seat.cwd;
      const tree = await trees.make(from, name, signal);
      if (typeof tree === "string") return no(tree);
      move({ tree, from }, tree.path);
      return yes(`The session works in ${placeOf(tree)} now. ${from} is as it was.`);
    },
    async exit(how, discard, signal) {
      if (!at) return no("The session is in no working tree.");
      const { tree, from, lent } = at;
      if (how === "remove" && lent)
        return no(`Nothing changed: ${tree.path} is the tree of the session that this one is a copy of. Keep it.`);
      const work = await trees.holdsWork(tree, signal);
      if (how === "remove" && work && !discard)
        return no(
          `Nothing changed: ${tree.path} holds work that stands nowhere else. Commit and merge it, keep the tree, or say discard_changes.`,
        );
      move(undefined, from);
      const trouble = how === "remove" ? await trees.remove(from, tree, signal) : undefined;
      const left = how === "keep" ? `The tree stays at ${placeOf(tree)}.` : (trouble ?? "The tree is gone.");
      return yes(`The session works in ${from} again. ${left}`);
    },
  };
}

const yes = (words: string) => ({ ok: true, words });
const no = (words: string) => ({ ok: false, words });
