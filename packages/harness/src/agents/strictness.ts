import type { Mode } from "@keelson/protocol";

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

/** Names that files of before still use. */
const TODAY: Readonly<Record<string, string>> = { Task: "Agent", KillBash: "KillShell" };

type Wish = { readonly tools?: readonly string[]; readonly disallowedTools?: readonly string[] };

/** The tools of a sub-agent: some of its parent's. `deepest`: it can't start others. */
export function toolsOf(parents: readonly string[], { tools, disallowedTools = [] }: Wish, deepest: boolean): readonly string[] {
  const plain = (names: readonly string[]): readonly string[] =>
    names.map((name) => name.replace(/\(.*$/s, "")).map((name) => TODAY[name] ?? name);
  const wished = tools && plain(tools);
  return parents.filter(
    (name) =>
      !ROOT_ONLY.includes(name) &&
      !(deepest && DELEGATING.includes(name)) &&
      !plain(disallowedTools).includes(name) &&
      (wished === undefined || wished.includes("*") || wished.includes(name)),
  );
}
