/** Opens the conversation of a sub-agent: the same house, less of everything. One that was there before goes on in its own log. */
import { statSync } from "node:fs";
import type { Mode, Problem } from "@keelson/protocol";
import type { AgentOrder, Processes } from "@keelson/tools";
import type { Circle } from "../circle.ts";
import type { Dials } from "../dials.ts";
import type { furnish, Log, Site } from "../furnish.ts";
import { dataIn, noticeOf, type Gathered } from "../gather.ts";
import type { DeclaredHooks } from "../hooking/declared.ts";
import { transcriptIn } from "../hooking/open.ts";
import type { House } from "../house.ts";
import type { Lineage } from "../lineage.ts";
import { pinned } from "../live/readings.ts";
import type { Toolbox } from "../toolbox.ts";
import { openChildLog, reopenChildLog } from "./child-log.ts";
import type { Opened } from "./child.ts";
import { endOf } from "./cut.ts";
import type { AgentKind } from "./kinds.ts";
import type { Enlisted } from "./roll.ts";
import { lessOf } from "./less.ts";
import { stricter, toolsOf } from "./strictness.ts";
import { DEEPEST } from "./team.ts";
import { openTrees, partFrom, type Trees } from "./trees.ts";
import { gitWith } from "./worktree.ts";

const LEAVING_MS = 10_000; // git, after the agent has ended, also by an abort

export type Descent = {
  readonly site: Site;
  readonly log: Log;
  readonly lineage: Lineage;
  readonly mode: () => Mode;
  readonly dials: Dials;
  readonly circle: Circle;
  readonly furnish: typeof furnish;
};
/** `before`: as it was, where it goes on. */
export type Wanted = { readonly id: string; readonly kind: AgentKind; readonly order: AgentOrder; readonly before?: Enlisted };

export async function openChild(
  { site, log, lineage, mode, dials, circle, furnish }: Descent,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Opened | string> {
  const { id, kind, order, before } = wanted;
  const { house, readings } = site;
  const { toolbox, wired } = circle;
  if (!toolbox) return "The session isn't ready.";
  const sent = wired?.prefix.last;
  // A fork is sent its parent's very bytes: the tools too are those that the parent was shown.
  const gathered = kind.fork && sent ? { ...readings.taken, plugins: sent.from.plugins, rules: sent.from.rules } : readings.taken;
  const parents = toolbox.lent;
  const path = [...lineage.path, id];
  const only = kind.fork ? parents : toolsOf(parents, kind, path.length >= DEEPEST);
  if (only.length === 0 && kind.tools?.length !== 0) return (await import("./unheld.ts")).noneLeft(kind); // one that asks for none has words alone
  const ground = await groundOf(wanted, treesOf(house, circle, toolbox.processes, toolbox.env), toolbox.seat, signal);
  if (typeof ground === "string") return ground;

  const taken = before && (await reopenChildLog(log, before.session));
  const cwd = ground.tree?.path ?? standing(taken?.recollection.cwd) ?? toolbox.seat.cwd;
  const own = await hooksIn(kind, gathered, house.place.keelHome);
  const forced = house.place.env["CLAUDE_CODE_SUBAGENT_MODEL"];
  const problems = await unheld({ kind, order }, { there: parents, forced, dials, gathered });
  const less = lessOf({ kind, order }, { dials, forced, only, cwd, hooks: own.declared });
  const prompt = await kind.prompt?.();
  const flags = {
    ...house.flags,
    ...(prompt !== undefined && { systemPrompt: prompt }),
    defer: house.flags.defer === true && order.waits === true,
  };
  const began = less(gathered);
  const child: Site = { ...site, house: { ...house, flags }, gathered: began, readings: pinned(began, readings, less) };
  const ledger = lineage.ledger.share({});
  const childLog = taken ?? (await openChildLog(log, cwd, kind.fork === true));
  const furnished = furnish(child, childLog, {
    ...lineage,
    parent: parentIn(log, circle, toolbox),
    path,
    ledger,
    kind: kind.name,
    begins: kind,
    ...(kind.hooks === "off" && { judges: true }),
    mode: () => stricter(mode(), kind.permissionMode),
    ...(kind.fork && sent ? { system: sent.system } : {}),
  });
  furnished.beside.push(...(childLog.cut ?? []).map(endOf), ...own.problems.map(noticeOf));
  const name = path.join("/");
  return {
    session: childLog.claim.ref.session,
    conversation: furnished.conversation,
    ledger,
    problems,
    ...ground,
    async leave() {
      lineage.leases.release(name);
      return await ground.leave();
    },
    close: async () => await furnished[Symbol.asyncDispose](),
  };
}

type Ground = Pick<Opened, "tree" | "enter" | "leave">;

/** Where it works, when that is a tree of its own: made for it, or the one that it had. In words why there is none. */
async function groundOf(
  { id, kind, order, before }: Wanted,
  trees: Trees,
  seat: Toolbox["seat"],
  signal: AbortSignal,
): Promise<Ground | string> {
  const isolated = order.isolation ?? kind.isolation;
  const tree = before ? before.tree : isolated ? await trees.make(seat.cwd, id, signal) : undefined;
  if (typeof tree === "string") return tree;
  const enter: Opened["enter"] = async (until) => tree && (await trees.again(seat.cwd, tree, until));
  const lost = before && (await enter(signal));
  if (lost !== undefined) return lost;
  return { tree, enter, leave: async () => tree && (await partFrom(trees, seat.cwd, tree, AbortSignal.timeout(LEAVING_MS))) };
}

type Around = Pick<Descent, "dials"> & {
  readonly there: readonly string[];
  readonly forced: string | undefined;
  readonly gathered: Gathered;
};

/** Nearly always nothing. */
async function unheld(
  { kind, order }: Pick<Wanted, "kind" | "order">,
  { there, forced, dials, gathered }: Around,
): Promise<readonly Problem[]> {
  const model = forced || (order.model ?? kind.model);
  if (model === undefined && !kind.tools && !kind.disallowedTools) return [];
  const { unheldAtStart } = await import("./unheld.ts");
  return unheldAtStart(kind, { there, model, models: dials.models, limits: gathered.limits });
}

const parentIn = (log: Log, circle: Circle, toolbox: Toolbox): NonNullable<Lineage["parent"]> => ({
  session: log.claim.ref.session,
  async transcript() {
    await circle.hooking?.flush();
    return transcriptIn(toolbox);
  },
});

/** Those that its own head declares; nearly always none. */
async function hooksIn(kind: AgentKind, gathered: Gathered, keelHome: string): Promise<DeclaredHooks> {
  const none = kind.hooks === "off" || (kind.found?.part.hooks === undefined && kind.given?.["hooks"] === undefined);
  if (none) return { declared: undefined, problems: [] };
  return await (await import("../hooking/own-hooks.ts")).hooksOfAgent(kind, gathered, dataIn(keelHome));
}

/** A folder that is still there. */
const standing = (folder: string | undefined): string | undefined =>
  folder !== undefined && statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : undefined;

export const treesOf = (house: House, circle: Circle, { run }: Processes, env: Toolbox["env"]): Trees =>
  openTrees({ git: gitWith(run, env), folder: treesIn(house), hooking: () => circle.hooking });

/** Beside the home, not in it: what stands there is the work of agents, and theirs to change. */
const treesIn = ({ place }: House): string => `${place.keelHome}-worktrees`;
