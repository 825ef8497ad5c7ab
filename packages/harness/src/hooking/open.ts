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
import { Hooking } from "./hooking.ts";

export type HookingOf = {
  readonly declared: Declared | undefined;
  readonly board: Board;
  readonly house: House;
  readonly toolbox: Toolbox;
  readonly session: string;
  readonly mode: () => Mode;
  readonly agent: { readonly id: string; readonly kind: string } | undefined;
  readonly projectDir: string;
  readonly tell: (...events: readonly Event[]) => void;
  readonly receive: (content: readonly Block[]) => void;
  readonly ask: HookPorts["askModel"];
  readonly runAgent: HookPorts["runAgent"];
  readonly fetch: HookPorts["fetch"];
  readonly httpUrls: readonly string[] | undefined;
  /** What the session begins with. */
  readonly past: View;
};

/** Where hooks find the conversation. */
export const transcriptIn = ({ spillDir }: Pick<Toolbox, "spillDir">): string => join(spillDir, "transcript.jsonl");

/** Binds the declared hooks to a session; without any, nothing is bound and nothing costs. */
export function openHooking(of: HookingOf): Hooking {
  const { declared, board, house, toolbox, session, mode, agent, projectDir, tell, receive, ask, runAgent, fetch, httpUrls } = of;
  if (!declared) return new Hooking(undefined);
  const { place, clock, wall } = house;
  const common = (): HookCommon => ({
    session_id: session,
    transcript_path: transcriptIn(toolbox),
    cwd: toolbox.seat.cwd,
    permission_mode: mode(),
    ...(agent && { agent_id: agent.id, agent_type: agent.kind }),
  });
  const ports: HookPorts = {
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
  const scripts: string[] = [];
  const environment = (script: string): void => {
    scripts.push(script);
    mkdirSync(toolbox.spillDir, { recursive: true, mode: 0o700 });
    const file = join(toolbox.spillDir, "environment.sh");
    writeFileSync(file, `${scripts.join("\n")}\n`, { mode: 0o600 });
    toolbox.setEnvironment("BASH_ENV", file); // bash reads it before each command
  };
  const heard = new Set(declared.hooks.map(({ event }) => event));
  return new Hooking({
    hooks: declared.room.openHooks(declared.hooks, ports),
    hears: (event) => heard.has(event),
    tell,
    receive,
    environment,
    board,
    moved: toolbox.moved,
    transcript: house.flags.persist === false ? undefined : transcriptOf(of, declared.room),
  });
}

function transcriptOf({ house, toolbox, session, agent, projectDir, past }: HookingOf, { openTranscript }: Declared["room"]): Transcript {
  return openTranscript({
    about: { sessionId: session, cwd: projectDir, version: house.version, isSidechain: agent !== undefined },
    wall: house.wall,
    before: messagesOf(past),
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
