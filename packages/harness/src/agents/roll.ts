import type { EndReason, Event, JsonObject } from "@keelson/protocol";
import { NOTHING, sum, type Spending } from "../budget/ledger.ts";
import type { Tree } from "./worktree.ts";

/** A sub-agent, as its parent's log tells of it. */
export type Enlisted = {
  readonly id: string;
  readonly session: string;
  readonly callId?: string;
  readonly kind: string;
  readonly description: string;
  readonly name?: string;
  readonly background: boolean;
  /** The one of its own that it works in. */
  readonly tree?: Tree;
  /** `running`, or why it ended. */
  readonly state: string;
  /** What its runs came to, as far as they were told. */
  readonly spent: Spending;
};
/** The state of one that asked a question which nobody has answered yet: the end of its run. */
export const WAITING: EndReason = "tool_deferred";
export const WAITS = "waits for an answer of the user, and goes on by itself when that is given.";

/** By id, in the order in which they were started. */
export type Roll = ReadonlyMap<string, Enlisted>;

export function enlist(roll: Roll, event: Event): Roll {
  if (event.type !== "agent.started" && event.type !== "agent.completed") return roll;
  const { agentId: id, session, body } = event;
  const before = roll.get(id);
  const callId = event.type === "agent.started" ? event.callId : before?.callId;
  const tree = treeIn(body) ?? before?.tree;
  const told: Enlisted = {
    ...aboutIn(body),
    ...(tree && { tree }),
    id,
    session,
    ...(callId !== undefined && { callId }),
    background: event.type === "agent.started" ? body["background"] === true : (before?.background ?? false),
    state: event.type === "agent.started" ? "running" : String(body["reason"] ?? "completed"),
    spent: sum(before?.spent ?? NOTHING, spentIn(body)),
  };
  return new Map([...roll, [id, told]]);
}

/** Those whose end nobody has told: the program went away while they worked. */
export const cutIn = (roll: Roll): readonly Enlisted[] => [...roll.values()].filter(({ state }) => state === "running");

export const bodyOf = ({ kind, description, name }: Pick<Enlisted, "kind" | "description" | "name">): JsonObject => ({
  kind,
  description,
  ...(name !== undefined && { name }),
});

function aboutIn({ kind, description, name }: JsonObject): Pick<Enlisted, "kind" | "description" | "name"> {
  return { kind: String(kind ?? ""), description: String(description ?? ""), ...(typeof name === "string" && { name }) };
}

function treeIn({ tree }: JsonObject): Tree | undefined {
  if (typeof tree !== "object" || tree === null || Array.isArray(tree)) return undefined;
  const { path, branch, base, by } = tree as JsonObject;
  if (typeof path !== "string" || typeof base !== "string") return undefined;
  return { path, base, by: by === "hook" ? "hook" : "git", ...(typeof branch === "string" && { branch }) };
}

/** What the body of `agent.completed` says of it. */
export function spentIn({ spent }: JsonObject): Partial<Spending> {
  if (typeof spent !== "object" || spent === null || Array.isArray(spent)) return {};
  return Object.fromEntries(Object.entries(spent).filter(([, amount]) => typeof amount === "number"));
}
