import { mkdirSync, writeFileSync } from "node:fs";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HookPorts, Transcript } from "@keelson/hooks";
import { decide, standardStages } from "@keelson/permissions";
import type { Block, Event, HookCommon, Mode, View } from "@keelson/protocol";
import { diskFiles, type Board } from "@keelson/tools";
import type { House } from "../house.ts";
import type { Toolbox } from "../toolbox.ts";
import { noticeOf } from "../gather.ts";
import type { Declared } from "./declared.ts";
import { Hooking, type BoundHooks, type HookingParts } from "./hooking.ts";
import type { LateHooks } from "./late-hooks.ts";
import { Recent } from "./recent.ts";

export type HookingOf = {
  /** Those that may run now. */
  readonly declared: () => LateHooks | undefined;
  readonly board: Board;
  readonly house: House;
  readonly toolbox: Toolbox;
  readonly session: string;
  readonly mode: () => Mode;
  readonly effort: () => string | undefined;
  readonly agent: { readonly id: string; readonly kind: string } | undefined;
  readonly projectDir: string;
  readonly tell: (...events: readonly Event[]) => void;
  readonly receive: (content: readonly Block[]) => void;
  readonly ask: HookPorts["askModel"];
  readonly runAgent: HookPorts["runAgent"];
  readonly fetch: HookPorts["fetch"];
  readonly httpUrls: readonly string[] | undefined;
  /** What was said, up to now. */
  readonly past: () => View;
};

/** Where hooks find the conversation. */
export const transcriptIn = ({ spillDir }: Pick<Toolbox, "spillDir">): string => join(spillDir, "transcript.jsonl");

/** Without hooks nothing is bound and nothing costs; those there are when the first of their events comes, others in their place at the next. */
export function openHooking(of: HookingOf): Hooking {
  const recent = new Recent(of.past);
  let now: BoundTo = { to: undefined, parts: undefined };
  const bound = (): BoundHooks | undefined => {
    const late = of.declared();
    const waits = late !== undefined && late.now === undefined;
    if (!waits && late?.now !== now.to) now = { to: late?.now, parts: rebound(now.parts, late?.now, of, recent) };
    return now.parts;
  };
  return new Hooking({
    declared: () => of.declared()?.hears,
    bound,
    async bind() {
      const late = of.declared();
      await late?.read();
      of.tell(...(late?.untold() ?? []).map(noticeOf));
      return bound();
    },
    note(event) {
      const parts = bound();
      recent.note(event);
      parts?.transcript?.note(event);
    },
    tell: of.tell,
    receive: of.receive,
    environment: environmentIn(of.toolbox),
    board: of.board,
    moved: of.toolbox.moved,
  });
}

type BoundTo = { readonly to: Declared | undefined; readonly parts: BoundHooks | undefined };

/** What runs in the background goes on with what it began with. */
function rebound(parts: BoundHooks | undefined, declared: Declared | undefined, of: HookingOf, recent: Recent): BoundHooks | undefined {
  parts?.hooks.replace(declared?.hooks ?? []);
  if (parts || !declared) return parts;
  const { openHooks, openTranscript } = declared.room;
  return {
    hooks: openHooks(declared.hooks, portsOf(of)),
    transcript: of.house.flags.persist === false ? undefined : transcriptOf(of, recent, openTranscript),
  };
}

function portsOf({ house: { place, clock, wall }, toolbox, session, mode, effort, agent, projectDir, ...of }: HookingOf): HookPorts {
  const { ask, runAgent, fetch, httpUrls } = of;
  const common = (): HookCommon => {
    const level = effort();
    return {
      session_id: session,
      transcript_path: transcriptIn(toolbox),
      cwd: toolbox.seat.cwd,
      permission_mode: mode(),
      ...(level !== undefined && { effort: { level } }),
      ...(agent && { agent_id: agent.id, agent_type: agent.kind }),
    };
  };
  return {
    run: toolbox.processes.run,
    clock,
    wall,
    env: toolbox.env,
    projectDir,
    common,
    files: diskFiles(),
    outputs: toolbox.spillDir,
    variable: (name) => place.env[name],
    matchesRule: (rule, tool, input) => matches({ rule, tool, input }, toolbox, place.home),
    ...(ask && { askModel: ask }),
    ...(runAgent && { runAgent }),
    ...(fetch && { fetch }),
    ...(httpUrls && { httpUrls }),
  };
}

function environmentIn({ spillDir, setEnvironment }: Toolbox): HookingParts["environment"] {
  const scripts: string[] = [];
  return (script) => {
    scripts.push(script);
    mkdirSync(spillDir, { recursive: true, mode: 0o700 });
    const file = join(spillDir, "environment.sh");
    writeFileSync(file, `${scripts.join("\n")}\n`, { mode: 0o600 });
    setEnvironment("BASH_ENV", file); // bash reads it before each command
  };
}

function transcriptOf(of: HookingOf, { past }: Recent, openTranscript: Declared["room"]["openTranscript"]): Transcript {
  const { house, toolbox, session, agent, projectDir } = of;
  const transcript = openTranscript({
    about: { sessionId: session, cwd: projectDir, version: house.version, isSidechain: agent !== undefined },
    wall: house.wall,
    before: past.settled,
    async write(text, how) {
      await mkdir(toolbox.spillDir, { recursive: true, mode: 0o700 });
      await (how === "whole" ? writeFile : appendFile)(transcriptIn(toolbox), text, { mode: 0o600 });
    },
  });
  for (const event of past.since) transcript.note(event);
  return transcript;
}

type Condition = { readonly rule: string; readonly tool: string; readonly input: Parameters<HookPorts["matchesRule"]>[2] };

/** A rule matches a call that it would deny; what can't be bound is no call. */
async function matches({ rule, tool, input }: Condition, { tools, seat }: Toolbox, home: string): Promise<boolean> {
  const bound = tools.get(tool)?.bind(input, seat.cwd);
  if (!bound?.ok) return false;
  const rules = [{ text: rule, behavior: "deny" as const, source: "hook", base: seat.cwd }];
  const asked = { tool, call: bound.call, mode: "bypassPermissions" as const, rules, cwd: seat.cwd, directories: [], home };
  const decision = await decide(asked, standardStages(), new AbortController().signal);
  return decision.behavior === "deny" && decision.stage === "deny";
}
