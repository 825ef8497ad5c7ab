/** How long a hook may take, in milliseconds: what it asks for, else what its event or its type gives. */
import type { Hook, HookAction } from "@keelson/protocol";
import { EVENTS } from "../event/events.ts";
import type { Chosen } from "./choose.ts";

const USUAL: Readonly<Record<HookAction["type"], number>> = {
  command: 600_000,
  http: 600_000,
  mcp_tool: 600_000,
  prompt: 30_000,
  agent: 60_000,
};
const LONGEST_END = 60_000;

export function timeOf({ timeoutMs, event, action }: Hook): number {
  return timeoutMs ?? EVENTS[event].timeoutMs ?? USUAL[action.type];
}

/** All that run when a session ends share one budget. A settings file may raise it, a plugin may not; nor may it make leaving slow. */
export function endBudget(chosen: readonly Chosen[], asked: string | undefined): number {
  const own = chosen.flatMap(({ hook }) => (hook.origin.kind === "settings" ? (hook.timeoutMs ?? 0) : 0));
  const wanted = Number(asked);
  const usual = EVENTS.SessionEnd.timeoutMs ?? 0;
  return Number.isFinite(wanted) && wanted > 0 ? wanted : Math.min(LONGEST_END, Math.max(usual, ...own));
}
