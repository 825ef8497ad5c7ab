import type { Mode } from "@keelson/protocol";
import { meantBy, namedBy } from "./tool-names.ts";

/** From the strictest to the most lenient: what a mode lets happen without a question. */
const STRICTNESS: readonly string[] = ["plan", "dontAsk", "default", "acceptEdits", "auto", "bypassPermissions"];

/** A sub-agent is never freer than who started it, also when that one's mode changes meanwhile. */
export function stricter(parent: Mode, own: string | undefined): Mode {
  const at = own === undefined ? -1 : STRICTNESS.indexOf(own);
  return at >= 0 && at < STRICTNESS.indexOf(parent) ? (own as Mode) : parent;
}

/** Questions are the session's own to ask; moving the session is too. */
const ROOT_ONLY: readonly string[] = ["AskUserQuestion", "EnterPlanMode", "ExitPlanMode", "EnterWorktree", "ExitWorktree"];
const DELEGATING: readonly string[] = ["Agent", "SendMessage"];
/** Plans and dispatches; what changes things is for its workers. */
export const COORDINATING: readonly string[] = [
  "Agent",
  "AskUserQuestion",
  "SendMessage",
  "TaskCreate",
  "TaskGet",
  "TaskList",
  "TaskOutput",
  "TaskStop",
  "TaskUpdate",
  "TodoWrite",
];

type Wish = { readonly tools?: readonly string[]; readonly disallowedTools?: readonly string[] };

/** The tools of a sub-agent: some of its parent's. `deepest`: it can't start others. */
export function toolsOf(parents: readonly string[], { tools, disallowedTools = [] }: Wish, deepest: boolean): readonly string[] {
  const wished = tools && meantBy(tools, parents);
  const without = new Set(disallowedTools.flatMap((name) => namedBy(name, parents)));
  return parents.filter(
    (name) =>
      !ROOT_ONLY.includes(name) &&
      !(deepest && DELEGATING.includes(name)) &&
      !without.has(name) &&
      (wished === undefined || wished.includes(name)),
  );
}
