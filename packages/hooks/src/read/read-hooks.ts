/**
 * Hooks as data: out of a file's JSON, or out of what a plugin declared. Rule: reading runs nothing and never throws;
 * one handler that can't be used costs that handler, and a line that says what to write instead.
 */
import {
  HOOK_EVENTS,
  nearest,
  type Hook,
  type HookDecl,
  type HookEvent,
  type HookOrigin,
  type Json,
  type Problem,
} from "@keelson/protocol";
import type { Alias } from "../dialect/alias.ts";
import { DIALECTS } from "../dialect/dialects.ts";
import { EVENTS } from "../event/events.ts";
import { isObject } from "../json.ts";
import { quote } from "../words.ts";
import { readAction } from "./action.ts";
import { entriesIn, type Entry, type Path } from "./entries.ts";
import { readMatcher } from "./matcher.ts";
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

/** What a loader found. Its events and timeouts are in our words already. */
export function readHookDecls(decls: readonly HookDecl[], origin: Omit<HookOrigin, "file" | "line">): HooksRead {
  return joined(
    decls.map(({ event, calledEvent, matcher, handler, timeoutS, dialect, file, line }, at) => {
      const entry: Entry = {
        written: calledEvent ?? event,
        matcher,
        handler:
          timeoutS === undefined || !isObject(handler)
            ? handler
            : { ...handler, timeout: timeoutS * (DIALECTS[dialect].timeoutUnitMs === 1 ? 1_000 : 1) },
        path: [event, at],
      };
      const theirs =
        dialect === "claude" && Object.hasOwn(DIALECTS.open.events, entry.written) && !isEvent(entry.written) ? "open" : dialect;
      return readEntry(entry, { dialect: theirs, origin: { ...origin, file, ...(line !== undefined && { line }) } });
    }),
  );
}

type Site = { readonly dialect: Hook["dialect"]; readonly origin: HookOrigin };

function readEntry({ written, matcher, handler, path, series }: Entry, { dialect, origin }: Site): HooksRead {
  const problems: Problem[] = [];
  const about = `The ${written} hook`;
  const warn = (text: string): void => void problems.push(problem(origin, "warning", text));
  const alias = aliasOf(written, dialect);
  if (alias === undefined) return { hooks: [], problems: [problem(origin, "warning", unknownEvent(written, dialect))] };
  const event = origin.kind === "agent" && alias.event === "Stop" ? "SubagentStop" : alias.event;
  if (!isObject(handler)) return refused(origin, `${about} must be an object with a "type" and, as a rule, a "command". It isn't used.`);
  const read = readAction(handler);
  if ("wrong" in read) return refused(origin, `${about} ${read.wrong} It isn't used.`);
  const { action } = read;
  for (const text of read.problems) warn(`${about} ${text}`);
  if (!EVENTS[event].types.includes(action.type)) {
    warn(
      `${about} is of type ${quote(action.type)}, which that event doesn't have. Use ${EVENTS[event].types.map((type) => `"${type}"`).join(" or ")}. It isn't used.`,
    );
    return { hooks: [], problems };
  }
  const condition = handler["if"];
  if (condition !== undefined && EVENTS[event].isCall === undefined) {
    warn(`${about} has an "if", which holds for calls of tools only. It never runs; take the "if" away.`);
    return { hooks: [], problems };
  }
  const timeout = readTimeout(handler["timeout"], DIALECTS[dialect].timeoutUnitMs);
  if (timeout.problem !== undefined) warn(`${about} ${timeout.problem}`);
  const matched =
    takesMatcher(event, alias) && typeof matcher === "string" ? readMatcher(matcher, event, DIALECTS[dialect].searches) : undefined;
  if (matched?.problem !== undefined) warn(matched.problem);
  const timeoutMs = timeout.timeoutMs ?? DIALECTS[dialect].defaultTimeoutMs;
  const { statusMessage, once } = handler;
  const hook: Hook = {
    id: [origin.group, origin.file, ...path].join("/"),
    event,
    matcher: matched?.matcher ?? { kind: "all" },
    action,
    origin,
    dialect,
    written,
    ...(typeof condition === "string" && { if: condition }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(typeof statusMessage === "string" && { statusMessage }),
    once: once === true && origin.kind === "skill",
    failureBlocks: handler["onFailure"] === "block" || handler["on_failure"] === "block" || handler["failClosed"] === true,
    ...(series !== undefined && { series: `${origin.file}/${series}` }),
  };
  return { hooks: [hook], problems };
}

function aliasOf(written: string, dialect: Hook["dialect"]): Alias | undefined {
  const { events } = DIALECTS[dialect];
  return (Object.hasOwn(events, written) ? events[written] : undefined) ?? (isEvent(written) ? { event: written } : undefined);
}

const isEvent = (name: string): name is HookEvent => HOOK_EVENTS.some((event) => event === name);

const takesMatcher = (event: HookEvent, alias: Alias): boolean => EVENTS[event].matches !== undefined || alias.subject !== undefined;

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
