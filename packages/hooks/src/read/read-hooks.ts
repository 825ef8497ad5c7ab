/**
 * Hooks as data: out of a file's JSON, or out of what a plugin declared. Rule: reading runs nothing and never throws;
 * one handler that can't be used costs that handler, and a line that says what to write instead.
 */
import {
  HOOK_EVENTS,
  nearest,
  type Hook,
  type HookAction,
  type HookDecl,
  type HookEvent,
  type HookOrigin,
  type Json,
  type JsonObject,
  type Problem,
} from "@keelson/protocol";
import type { Alias } from "../dialect/alias.ts";
import { DIALECTS } from "../dialect/dialects.ts";
import { EVENTS } from "../event/events.ts";
import { isObject } from "../json.ts";
import { quote } from "../words.ts";
import { readAction } from "./action.ts";
import { entriesIn, type Entry, type Path } from "./entries.ts";
import { isEvidentlyWrong, readMatcher, type MatcherRead } from "./matcher.ts";
import { readTimeout } from "./timeout.ts";

/** `lineOf`: the line (from 1) of what stands at a path below the value that is read. `dialect`: where the format is known. */
export type HooksFrom = HookOrigin & { readonly dialect?: Hook["dialect"]; readonly lineOf?: (path: Path) => number | undefined };
export type HooksRead = { readonly hooks: readonly Hook[]; readonly problems: readonly Problem[] };

/** `raw`: a whole hooks file, the `hooks` of a settings file, of a manifest or of a front matter. */
export function readHooks(raw: Json | undefined, { dialect: known, lineOf, ...origin }: HooksFrom): HooksRead {
  const { dialect, entries, wrong } = entriesIn(raw, known);
  const read = entries.map((entry) => {
    const line = lineOf?.(entry.path) ?? origin.line;
    return readEntry(entry, { dialect, origin: { ...origin, ...(line !== undefined && { line }) } });
  });
  return joined([...read, ...(wrong === undefined ? [] : [refused(origin, `"hooks" ${wrong}. None of them runs.`)])]);
}

/** What a loader found, split up and in our units; what it has told already isn't told again. */
export function readHookDecls(decls: readonly HookDecl[], origin: Omit<HookOrigin, "file" | "line">): HooksRead {
  return joined(
    decls.map((decl, at) => {
      const { event, calledEvent: written = event, file, line } = decl;
      const isOpen = decl.dialect === "claude" && !isEvent(written) && Object.hasOwn(DIALECTS.open.events, written);
      const dialect = isOpen ? "open" : decl.dialect;
      const place = { ...origin, file, ...(line !== undefined && { line }) };
      return readEntry(entryOf(decl, written, [event, at]), { dialect, origin: place, told: true });
    }),
  );
}

function entryOf({ matcher, handler, timeoutS, dialect, group, event }: HookDecl, written: string, path: Path): Entry {
  const unit = 1_000 / DIALECTS[dialect].timeoutUnitMs;
  const { tools = [] } = aliasOf(written, dialect) ?? {};
  // A loader may say the tools that the event's own name means; that isn't what the author wants matched.
  const isImplied = matcher !== undefined && matcher.split("|").every((part) => tools.includes(part.replace(".*", "*")));
  return {
    written,
    matcher: isImplied ? undefined : matcher,
    handler: { ...handler, timeout: timeoutS === undefined ? null : timeoutS * unit },
    path,
    ...(group?.["sequential"] === true && { series: JSON.stringify([event, matcher, group]) }),
  };
}

/** `told`: whoever found it has looked at its matcher. */
type Site = { readonly dialect: Hook["dialect"]; readonly origin: HookOrigin; readonly told?: true };

function readEntry(entry: Entry, site: Site): HooksRead {
  const { written, handler } = entry;
  const { dialect, origin } = site;
  const about = `The ${written} hook`;
  const alias = aliasOf(written, dialect);
  if (alias === undefined) return { hooks: [], problems: [problem(origin, "warning", unknownEvent(written, dialect))] };
  const event = origin.kind === "agent" && alias.event === "Stop" ? "SubagentStop" : alias.event;
  if (!isObject(handler)) return refused(origin, `${about} must be an object with a "type" and, as a rule, a "command". It isn't used.`);
  const read = readAction(handler);
  if ("wrong" in read) return refused(origin, `${about} ${read.wrong} It isn't used.`);
  const unfit = whyUnfit(event, read.action, handler);
  if (unfit !== undefined) return { hooks: [], problems: [problem(origin, "warning", `${about} ${unfit}`)] };
  const timeout = readTimeout(handler["timeout"], DIALECTS[dialect].timeoutUnitMs);
  const matched = matcherOf(entry, event, { ...site, alias });
  const said = [...read.problems, timeout.problem, wrongIf(handler)].filter((text) => text !== undefined).map((text) => `${about} ${text}`);
  const problems = [...said, ...(matched?.problem ?? [])].map((text) => problem(origin, "warning", text));
  const timeoutMs = timeout.timeoutMs ?? DIALECTS[dialect].defaultTimeoutMs;
  const { if: condition, statusMessage, once } = handler;
  const hook: Hook = {
    id: [origin.group, origin.file, ...entry.path].join("/"),
    event,
    matcher: matched?.matcher ?? { kind: "all" },
    action: read.action,
    origin,
    dialect,
    written,
    ...(typeof condition === "string" ? { if: condition } : matched?.rule !== undefined && { if: matched.rule }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(typeof statusMessage === "string" && { statusMessage }),
    once: once === true && origin.kind === "skill",
    failureBlocks: handler["onFailure"] === "block" || handler["on_failure"] === "block" || handler["failClosed"] === true,
    ...(entry.series !== undefined && { series: `${origin.file}/${entry.series}` }),
  };
  return { hooks: [hook], problems };
}

function whyUnfit(event: HookEvent, { type }: HookAction, handler: JsonObject): string | undefined {
  const { types, isCall } = EVENTS[event];
  if (!types.includes(type))
    return `is of type ${quote(type)}, which that event doesn't have. Use ${types.map(quote).join(" or ")}. It isn't used.`;
  if (handler["if"] !== undefined && isCall === undefined)
    return `has an "if", which holds for calls of tools only. It never runs; take the "if" away.`;
  return undefined;
}

/** Running too often is the safe side: a guard must not vanish by a slip. What a rule's text means others know. */
function wrongIf({ if: condition }: JsonObject): string | undefined {
  if (condition === undefined || typeof condition === "string") return undefined;
  return `has an "if" that isn't text, so it runs at every call that its matcher fits. Write a permission rule, as in "Bash(git push *)".`;
}

type Matched = Omit<MatcherRead, "problem"> & { readonly problem: readonly string[] };

function matcherOf({ matcher }: Entry, event: HookEvent, { dialect, alias, told }: Site & { readonly alias: Alias }): Matched | undefined {
  if (typeof matcher !== "string" || (EVENTS[event].matches === undefined && alias.subject === undefined)) return undefined;
  const read = readMatcher(matcher, event, DIALECTS[dialect].searches);
  return { ...read, problem: read.problem === undefined || (told && isEvidentlyWrong(matcher)) ? [] : [read.problem] };
}

function aliasOf(written: string, dialect: Hook["dialect"]): Alias | undefined {
  const { events } = DIALECTS[dialect];
  return (Object.hasOwn(events, written) ? events[written] : undefined) ?? (isEvent(written) ? { event: written } : undefined);
}

const isEvent = (name: string): name is HookEvent => HOOK_EVENTS.some((event) => event === name);

function unknownEvent(written: string, dialect: Hook["dialect"]): string {
  if (DIALECTS[dialect].foreign.includes(written)) return `${quote(written)} has no counterpart here. Its hooks don't run.`;
  const meant = nearest(written, HOOK_EVENTS);
  const hint =
    meant === undefined ? "See the list of events in the guide to hooks." : `Did you mean ${quote(meant)}? Names are compared with case.`;
  return `${quote(written)} is no event. Its hooks don't run. ${hint}`;
}

const refused = (origin: HookOrigin, text: string): HooksRead => ({ hooks: [], problems: [problem(origin, "error", text)] });

function problem({ file, line }: HookOrigin, severity: Problem["severity"], text: string): Problem {
  return { severity, file, ...(line !== undefined && { line }), text };
}

const joined = (all: readonly HooksRead[]): HooksRead => ({
  hooks: all.flatMap(({ hooks }) => hooks),
  problems: all.flatMap(({ problems }) => problems),
});
