/** Which hooks run at one firing: those of the event whose matcher and rule hold, each handler once. */
import type { Hook, HookEvent, JsonObject } from "@keelson/protocol";
import { DIALECTS, isOneOf, namesOf } from "../dialect/dialects.ts";
import { EVENTS } from "../event/events.ts";
import { isObject } from "../json.ts";
import { matches } from "../read/matcher.ts";
import type { HookPorts } from "./ports.ts";

/** `at`: its place among those declared. */
export type Chosen = { readonly hook: Hook; readonly at: number };

export async function choose(
  hooks: readonly Hook[],
  event: HookEvent,
  payload: JsonObject,
  matchesRule: HookPorts["matchesRule"],
): Promise<readonly Chosen[]> {
  const fitting = hooks.flatMap((hook, at) => (hook.event === event && isMeant(hook, payload) ? [{ hook, at }] : []));
  const allowed = await Promise.all(fitting.map(({ hook }) => holds(hook, payload, matchesRule)));
  return once(fitting.filter((_, at) => allowed[at]));
}

function isMeant({ event, written, dialect, matcher }: Hook, payload: JsonObject): boolean {
  const { events } = DIALECTS[dialect];
  const alias = Object.hasOwn(events, written) ? events[written] : undefined;
  const { tool_name: tool } = payload;
  if (alias?.tools && !(typeof tool === "string" && isOneOf(tool, alias.tools))) return false;
  if (alias?.subject) return matches(matcher, [alias.subject(payload)]);
  const field = EVENTS[event].matches;
  const value = field === undefined ? undefined : payload[field];
  if (typeof value !== "string") return field === undefined || matcher.kind === "all";
  if (field === "tool_name") return matches(matcher, namesOf(value, dialect));
  return matches(matcher, [event === "FileChanged" ? (value.split(/[\\/]/).at(-1) ?? value) : value]);
}

/** A rule that nobody can read must not take a guard away. */
async function holds(
  hook: Hook,
  { tool_name: tool, tool_input: input }: JsonObject,
  matchesRule: HookPorts["matchesRule"],
): Promise<boolean> {
  if (hook.if === undefined || typeof tool !== "string") return true;
  try {
    return await matchesRule(hook.if, tool, isObject(input) ? input : {});
  } catch {
    return true;
  }
}

/** Of the same handler in one group the strictest copy runs, in the place of the first. */
function once(chosen: readonly Chosen[]): readonly Chosen[] {
  const copies = Map.groupBy(chosen, ({ hook }) => sameness(hook));
  return [...copies.values()].flatMap((same) => {
    const [first] = same;
    const strictest = same.toSorted((a, b) => strictness(b.hook) - strictness(a.hook))[0];
    return first && strictest ? [{ hook: strictest.hook, at: first.at }] : [];
  });
}

function sameness({ action, origin, written }: Hook): string {
  switch (action.type) {
    case "command":
      return JSON.stringify([origin.group, written, action.type, action.shell, action.command, action.args]);
    case "http":
      return JSON.stringify([origin.group, written, action.type, action.url]);
    case "mcp_tool":
    case "prompt":
    case "agent":
      return JSON.stringify([origin.group, written, action]);
  }
}

const strictness = ({ failureBlocks, action }: Hook): number =>
  (failureBlocks ? 2 : 0) + (action.type === "command" && action.background !== undefined ? 0 : 1);
