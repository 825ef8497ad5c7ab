/**
 * Hooks as they are declared, in every shape that is out there. Rule: one bad entry costs that entry and one problem; nothing is run,
 * and no pattern of an author is compiled but to see that it can be.
 */
import type { Stats } from "node:fs";
import {
  HOOK_EVENTS,
  nearest,
  type FileDecl,
  type HookDecl,
  type HookDialect,
  type Json,
  type JsonObject,
  type Problem,
} from "@keelson/protocol";
import { isObject } from "../json.ts";
import { fail, warn } from "../problem.ts";
import { quote, suggest } from "../words.ts";
import { EVENT_NAMES } from "./event.ts";

/** `at`: where a value stands, by its path from the one handed over. `look`: at a path in the plugin, to see that its scripts are there. */
export type HookSource = {
  readonly at: (path: readonly (string | number)[]) => FileDecl;
  readonly dialect: HookDialect;
  readonly look: ((path: string) => Stats | undefined) | undefined;
  readonly report: (problem: Problem) => void;
};

const NEEDS: Readonly<Record<string, readonly string[]>> = {
  command: ["command"],
  http: ["url"],
  mcp_tool: ["server", "tool"],
  prompt: ["prompt"],
  agent: ["prompt"],
};
/** Seconds. Nobody waits longer on purpose, and 5000 means five seconds. */
const LONGEST_S = 600;
const LOOKS_LIKE_MS = 1000;
/** Letters of a command or a pattern that are looked at. */
const LONGEST_TEXT = 10_000;
/** These have no meaning to a hook of that event by their place in a group. */
const GROUP_FIELDS = ["matcher", "hooks"];

export function hooksIn(value: Json, source: HookSource): readonly HookDecl[] {
  if (Array.isArray(value) && value.length === 0) return [];
  if (!isObject(value)) {
    source.report(
      warn(source.at([]), {
        code: "hooks_shape",
        what: `"hooks" must be an object of events.`,
        hint: `Write { "hooks": { "PreToolUse": [ … ] } }.`,
      }),
    );
    return [];
  }
  const inner = value["hooks"];
  if (inner !== undefined && (isObject(inner) || Array.isArray(inner)))
    return hooksIn(inner, { ...source, at: (path) => source.at(["hooks", ...path]) });
  return Object.entries(value).flatMap(([event, groups]) => (IGNORED.includes(event) ? [] : hooksOf(event, groups, source)));
}

/** Beside the events, where the map has no key of its own. */
const IGNORED = ["description", "version", "$schema", "name", "hooks"];

function hooksOf(written: string, groups: Json, source: HookSource): readonly HookDecl[] {
  const { at, dialect, report } = source;
  const known = EVENT_NAMES[dialect][written];
  const event = known?.event ?? HOOK_EVENTS.find((name) => name === written);
  if (event === undefined) {
    const why = known ? `${quote(written)} has no event here that means the same` : `${quote(written)} isn't an event`;
    report(warn(at([written]), { code: "hook_event_unknown", what: `${why}; its hooks don't run.`, hint: suggestEvent(written) }));
    return [];
  }
  const list: readonly Json[] = Array.isArray(groups)
    ? groups
    : isObject(groups)
      ? [groups]
      : typeof groups === "string"
        ? [{ type: "command", command: groups }]
        : [];
  if (!Array.isArray(groups))
    report(
      warn(at([written]), {
        code: "hooks_shape",
        what: `${quote(written)} must be a list of groups.`,
        hint: `Write [ { "hooks": [ … ] } ].`,
      }),
    );
  return list.flatMap((group, index) => {
    const place = Array.isArray(groups) ? [written, index] : [written];
    const bound = {
      event,
      ...(event !== written && { calledEvent: written }),
      ...(known?.matcher !== undefined && { matcher: known.matcher }),
    };
    return groupOf(group, place, bound, source);
  });
}

type Bound = { readonly event: string; readonly calledEvent?: string; readonly matcher?: string };

function groupOf(group: Json, place: readonly (string | number)[], bound: Bound, source: HookSource): readonly HookDecl[] {
  const { at, report } = source;
  if (!isObject(group)) {
    report(
      warn(at(place), {
        code: "hooks_shape",
        what: "A group of hooks must be an object.",
        hint: `Write { "matcher": "…", "hooks": [ … ] }.`,
      }),
    );
    return [];
  }
  const matcher = matcherOf(group, place, bound, source);
  const inner = group["hooks"];
  // A handler that stands where its group should: there is only one way to mean it.
  const handlers = Array.isArray(inner) ? inner : isObject(inner) ? [inner] : "command" in group || "type" in group ? [group] : undefined;
  if (!handlers) {
    report(
      warn(at(place), {
        code: "hooks_shape",
        what: `A group of hooks has no "hooks".`,
        hint: `Add "hooks": [ { "type": "command", "command": "…" } ].`,
      }),
    );
    return [];
  }
  const rest = Object.entries(group).filter(([key]) => !GROUP_FIELDS.includes(key));
  const fields = inner === undefined || rest.length === 0 ? {} : { group: Object.fromEntries(rest) };
  return handlers.flatMap((handler: Json, index: number): readonly HookDecl[] => {
    const where = at(Array.isArray(inner) ? [...place, "hooks", index] : place);
    const whole = isObject(handler) ? withType(handler) : undefined;
    const wrong = whole ? wrongIn(whole) : "must be an object";
    if (!whole || wrong !== undefined) {
      report(
        fail(where, {
          code: "hook_invalid",
          what: `A hook of ${bound.event} ${wrong} and doesn't run.`,
          hint: "Correct it or take it out.",
        }),
      );
      return [];
    }
    checkScript(whole, where, source);
    const timeoutS = timeoutOf(whole, where, source);
    const { matcher: _, ...named } = bound;
    return [
      {
        ...where,
        ...named,
        ...(matcher !== undefined && { matcher }),
        handler: whole,
        ...(timeoutS !== undefined && { timeoutS }),
        ...fields,
        dialect: source.dialect,
      },
    ];
  });
}

/** Some hosts leave the type out where there is a command. */
function withType(handler: JsonObject): JsonObject {
  if (handler["type"] !== undefined) return handler;
  const type = typeof handler["command"] === "string" ? "command" : typeof handler["url"] === "string" ? "http" : undefined;
  return type === undefined ? handler : { type, ...handler };
}

function wrongIn(handler: JsonObject): string | undefined {
  const { type } = handler;
  const needs = typeof type === "string" && Object.hasOwn(NEEDS, type) ? NEEDS[type] : undefined;
  if (!needs) return `has the type ${quote(String(type))} (${suggest(String(type), Object.keys(NEEDS)).replace(/[.?]$/, "")})`;
  const missing = needs.find((key) => typeof handler[key] !== "string" || handler[key] === "");
  return missing === undefined ? undefined : `has no ${quote(missing)}`;
}

const TOO_OFTEN = "Until then a hook that may forbid runs too often and allows nothing, and another never runs.";

/** Names between `|` and `,`, or else a pattern: one that can't be read says so now. */
function matcherOf(group: JsonObject, place: readonly (string | number)[], bound: Bound, { at, report }: HookSource): string | undefined {
  const written = group["matcher"];
  if (written === undefined || written === null) return bound.matcher;
  const matcher = typeof written === "string" ? written : Array.isArray(written) ? written.map(String).join("|") : String(written);
  if (typeof written !== "string" && !Array.isArray(written))
    report(
      warn(at([...place, "matcher"]), {
        code: "hook_matcher",
        what: `The matcher ${JSON.stringify(written)} isn't text; it is read as the name ${quote(matcher)}.`,
        hint: `Write names of tools, as in "Edit|Write".`,
      }),
    );
  if (matcher === "*" || /^[\w\s,|-]*$/.test(matcher)) return matcher;
  const rule = /^\w+\(.*\)$/.test(matcher);
  if (rule || !compiles(matcher)) {
    const what = rule
      ? `The matcher ${quote(matcher)} looks like a permission rule. ${TOO_OFTEN}`
      : `The matcher ${quote(matcher)} is no pattern. ${TOO_OFTEN}`;
    report(
      warn(at([...place, "matcher"]), {
        code: "hook_matcher",
        what,
        hint: rule ? `Write the tool's name, and the rule as "if".` : "Write names between |, or a regular expression.",
      }),
    );
  }
  return matcher;
}

function compiles(pattern: string): boolean {
  if (pattern.length > LONGEST_TEXT) return false;
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

function timeoutOf(handler: JsonObject, at: FileDecl, { dialect, report }: HookSource): number | undefined {
  const { timeout } = handler;
  if (timeout === undefined || timeout === null) return undefined;
  if (typeof timeout !== "number" || !(timeout > 0)) {
    report(
      warn(at, {
        code: "hook_timeout",
        what: `The timeout ${quote(String(timeout))} isn't a number of seconds and isn't used.`,
        hint: "Write a number.",
      }),
    );
    return undefined;
  }
  if (dialect === "gemini") return timeout / 1000;
  if (timeout < LOOKS_LIKE_MS) return timeout;
  report(
    warn(at, {
      code: "hook_timeout",
      what: `The timeout ${timeout} is in seconds and looks like milliseconds; ${LONGEST_S} s are used.`,
      hint: `Write ${Math.max(1, Math.round(timeout / 1000))}.`,
    }),
  );
  return LONGEST_S;
}

const ROOTED = /\$\{?(?:CLAUDE_PLUGIN_ROOT|PLUGIN_ROOT|extensionPath|CURSOR_PLUGIN_ROOT)\}?["']?[/\\]([^\s"'`;|&<>()$]+)/g;

/** A script that isn't there never blocks anyone; whoever reads the plugin should hear of it. */
function checkScript(handler: JsonObject, at: FileDecl, { look, report }: HookSource): void {
  const { command, args } = handler;
  if (look === undefined || typeof command !== "string") return;
  const text = [command, ...(Array.isArray(args) ? args.map(String) : [])].join(" ").slice(0, LONGEST_TEXT);
  for (const [, path = ""] of text.matchAll(ROOTED)) {
    if (path.split("/").includes("..")) continue; // judged where it runs
    const stat = look(path);
    if (!stat)
      report(
        warn(at, {
          code: "hook_script_missing",
          what: `The hook's script ${quote(path)} doesn't exist; the hook does nothing.`,
          hint: "Restore the script or take the hook out.",
        }),
      );
    else if (
      stat.isFile() &&
      (stat.mode & 0o111) === 0 &&
      command.replace(/^["']/, "").startsWith("$") &&
      new RegExp(`${escape(path)}["']?(?:\\s|$)`).test(command.split(/\s/)[0] ?? "")
    )
      report(
        warn(at, {
          code: "hook_script_mode",
          what: `The hook's script ${quote(path)} may not be run; the hook does nothing.`,
          hint: `Give it the right: chmod +x ${path}`,
        }),
      );
  }
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function suggestEvent(written: string): string {
  const meant = nearest(written, HOOK_EVENTS);
  return meant ? `Did you mean ${quote(meant)}?` : "Use an event such as SessionStart, PreToolUse, PostToolUse or Stop, or take it out.";
}
