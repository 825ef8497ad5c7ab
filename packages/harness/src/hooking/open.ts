import { mkdirSync, writeFileSync } from "node:fs";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HookPorts, Transcript } from "@keelson/hooks";
import { decide, standardStages } from "@keelson/permissions";
import { messagesOf, type Block, type Event, type HookCommon, type Mode, type View } from "@keelson/protocol";
import { diskFiles, type Board } from "@keelson/tools";
import type { House } from "../house.ts";
import type { Toolbox } from "../toolbox.ts";
import type { Declared } from "./declared.ts";
import { Hooking, type HookingParts } from "./hooking.ts";

export type HookingOf = {
  /** Those that may run now. */
  readonly declared: () => Declared | undefined;
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
  /** What was said before the first hook was there. */
  readonly past: () => View;
};

/** Where hooks find the conversation. */
export const transcriptIn = ({ spillDir }: Pick<Toolbox, "spillDir">): string => join(spillDir, "transcript.jsonl");

/** Binds the declared hooks to a session; without any, nothing is bound and nothing costs. Others in their place are bound at the next event. */
export function openHooking(of: HookingOf): Hooking {
  let bound: { readonly to: Declared | undefined; readonly parts: HookingParts | undefined } = { to: undefined, parts: undefined };
  return new Hooking(() => {
    const to = of.declared();
    if (to !== bound.to) bound = { to, parts: rebound(bound.parts, to, of) };
    return bound.parts;
  });
}

/** What runs in the background goes on with what it began with. */
function rebound(parts: HookingParts | undefined, declared: Declared | undefined, of: HookingOf): HookingParts | undefined {
  if (!parts) return declared && partsOf(declared, of);
  parts.hooks.replace(declared?.hooks ?? []);
  return { ...parts, hears: hearing(declared) };
}

function hearing(declared: Declared | undefined): HookingParts["hears"] {
  const heard = new Set(declared?.hooks.map(({ event }) => event));
  return (event) => heard.has(event);
}

function partsOf(declared: Declared, of: HookingOf): HookingParts {
  const { board, house, toolbox, tell, receive } = of;
  return {
    hooks: declared.room.openHooks(declared.hooks, portsOf(of)),
    hears: hearing(declared),
    tell,
    receive,
    environment: environmentIn(toolbox),
    board,
    moved: toolbox.moved,
    transcript: house.flags.persist === false ? undefined : transcriptOf(of, declared.room),
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

function transcriptOf({ house, toolbox, session, agent, projectDir, past }: HookingOf, { openTranscript }: Declared["room"]): Transcript {
  return openTranscript({
    about: { sessionId: session, cwd: projectDir, version: house.version, isSidechain: agent !== undefined },
    wall: house.wall,
    before: messagesOf(past()),
    async write(text, how) {
      await mkdir(toolbox.spillDir, { recursive: true, mode: 0o700 });
      await (how === "whole" ? writeFile : appendFile)(transcriptIn(toolbox), text, { mode: 0o600 });
    },
  });
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
