/**
 * Makes a conversation of a log: its tools, its ports, its memory, and the sub-agents it can start, which are furnished in the same way.
 * The one place where a session and a sub-agent are built.
 */
import { lookUp } from "@keelson/model";
import { text, type Claim, type Mode, type SessionStore } from "@keelson/protocol";
import { worksOf, type AgentOrder, type Disk, type Processes, type Work } from "@keelson/tools";
import type { Opened } from "./agents/child.ts";
import { describeKinds, kindsOf, type AgentKind } from "./agents/kinds.ts";
import { stricter, toolsOf } from "./agents/strictness.ts";
import { DEEPEST, Team, type TeamParts } from "./agents/team.ts";
import { openChildLog } from "./agents/child-log.ts";
import { moving } from "./agents/moving.ts";
import { openTrees, partFrom, type Trees } from "./agents/trees.ts";
import { gitWith } from "./agents/worktree.ts";
import { Beside } from "./beside.ts";
import { Circle } from "./circle.ts";
import { Dials } from "./dials.ts";
import type { Gathered } from "./gather.ts";
import { hookingOf, ritesIn } from "./hooking/bind.ts";
import type { House } from "./house.ts";
import type { Lineage } from "./lineage.ts";
import type { Meter } from "./meter.ts";
import { composePrompt, type SystemPrompt } from "./prompt.ts";
import { Recollection } from "./recollection.ts";
import { Conversation, type Past, type SessionParts } from "./session.ts";
import { followed } from "./followed.ts";
import { loreOf } from "./lore/bind.ts";
import { SILENT } from "./lore/lore.ts";
import { planning } from "./planning.ts";
import { nearing } from "./prepare.ts";
import { openToolbox, type Toolbox } from "./toolbox.ts";
import { webOf } from "./web.ts";
import { wire, type Wired } from "./wire.ts";

const LEAVING_MS = 10_000; // git, after the agent has ended, also by an abort

export type Site = { readonly house: House; readonly gathered: Gathered; readonly files: Disk };
/** A claimed log, and what it holds. */
export type Log = {
  readonly store: SessionStore;
  readonly claim: Claim;
  readonly past: Past;
  readonly recollection: Recollection;
  /** The session that it begins as a copy of, just now. */
  readonly copied?: string;
};
export type Furnished = AsyncDisposable & {
  readonly conversation: Conversation;
  readonly toolbox: Toolbox;
  readonly dials: Dials;
  readonly meter: Meter;
  readonly beside: Beside;
  readonly kinds: ReadonlyMap<string, AgentKind>;
  /** What the user can start by its name. */
  readonly skills: readonly { readonly name: string; readonly description: string }[];
  readonly works: () => readonly Work[];
};

/** `beside`: the root's, which the board writes to. */
export function furnish(site: Site, log: Log, lineage: Lineage, beside = new Beside()): Furnished {
  const { house, gathered, files } = site;
  const { claim, past, recollection } = log;
  const dials = new Dials(gathered.limits, recollection);
  const kinds = kindsOf(gathered.catalog, gathered.standing, house.flags.agents ?? {});
  const mode = lineage.mode ?? ((): Mode => dials.mode);
  const circle = new Circle();
  const open: TeamParts["open"] = (id, kind, order, signal) =>
    openChild({ site, log, lineage, id, kind, mode, dials, circle, system }, order, signal);
  const team = teamOf({ kinds, beside, lineage, circle, open });
  const seen = followed(recollection.files);
  const lore = loreOf(site, log, lineage, { circle, agents: team, dials, beside });
  const toolbox = openToolbox(
    house,
    gathered,
    {
      files,
      seen,
      board: lineage.board,
      agent: lineage.path.join("/"),
      agents: team,
      plan: planning(dials),
      skills: lore.port,
      web: webOf({ network: lineage.network, rules: gathered.rules, wall: house.wall, ask: () => circle.wired?.askModel }),
      worktrees: (seat, processes, env) => moving(treesOf(house, circle, processes, env), seat),
    },
    claim.ref.session,
  );
  circle.toolbox = toolbox;
  const listed = toolbox.tools.has("Skill");
  const system =
    lineage.system ?? systemOf(site, [toolbox.tools.has("Agent") ? describeKinds(kinds) : "", listed ? lore.listing.fixed : ""]);
  const hooking = (circle.hooking = hookingOf({ site, lineage, session: claim.ref.session, mode, toolbox, beside, circle, open }));
  const wired = (circle.wired = wire(house, gathered, toolbox, { log, lineage, dials, system, hooking }));
  const rites = ritesIn(lineage, { hooking, dials, beside, past, session: claim.ref.session });
  const lored = lineage.path.length === 0 ? lore.forRoot(listed) : SILENT;
  const said: Said = { ...wired, ...lored, rites, wall: house.wall, closing: () => [...seen.drain(), ...nearing(lineage.ledger)] };
  const conversation = (circle.conversation = conversationOf(log, lineage, said, { team, beside }));
  return {
    conversation,
    toolbox,
    dials,
    beside,
    kinds,
    skills: lore.offers,
    works: () => worksOf(team, toolbox.processes.background),
    meter: wired.meter,
    [Symbol.asyncDispose]: () => closed(conversation, dials, [team, toolbox], claim),
  };
}

type Said = Wired & Pick<SessionParts, "rites" | "wall" | "closing" | "introduce" | "expand">;
type Aside = { readonly team: Team; readonly beside: Beside };

function conversationOf(log: Log, { path }: Lineage, said: Said, { team, beside }: Aside): Conversation {
  const parts: SessionParts = {
    ...log,
    ...said,
    path,
    attend: (signal) => team.attend(signal),
    nudge: () => team.nudge(),
    heard: () => (team.busy ? beside.heard() : undefined),
    drain: () => [...said.meter.drain(), ...beside.drain()],
  };
  return new Conversation(parts, log.recollection, log.past);
}

async function closed(conversation: Conversation, dials: Dials, parts: readonly AsyncDisposable[], claim: Claim): Promise<void> {
  await using _ = claim; // whatever breaks, the log is given back
  await conversation.close();
  await conversation.settle(dials.drain()).catch(() => undefined); // a log that can't be written has said so before
  for (const part of parts) await part[Symbol.asyncDispose]();
  await conversation.keep();
}

function systemOf(
  { house: { place, flags, wall }, gathered: { folders, structure, plugins } }: Site,
  more: readonly string[],
): SystemPrompt {
  const around = { ...folders, platform: place.platform, now: wall(), instruct: structure?.instruct };
  return composePrompt(plugins, flags, around, more.filter((part) => part !== "").join("\n\n"));
}

type Group = Pick<TeamParts, "kinds" | "beside" | "open"> & { readonly lineage: Lineage; readonly circle: Circle };
const teamOf = ({ kinds, beside, lineage, circle, open }: Group): Team =>
  new Team({
    kinds,
    beside,
    open,
    crew: lineage.crew,
    depth: lineage.path.length,
    receive: (words) => circle.conversation?.receive([text(words)], "task"),
    running: () => circle.running,
  });

type Descent = {
  readonly site: Site;
  readonly log: Log;
  readonly lineage: Lineage;
  readonly id: string;
  readonly kind: AgentKind;
  readonly mode: () => Mode;
  readonly dials: Dials;
  readonly circle: Circle;
  readonly system: NonNullable<Lineage["system"]>;
};

/** A sub-agent: the same house, less of everything. */
async function openChild(
  { site, log, lineage, id, kind, mode, dials, circle, system }: Descent,
  order: AgentOrder,
  signal: AbortSignal,
): Promise<Opened | string> {
  const { house, gathered } = site;
  const { toolbox } = circle;
  if (!toolbox) return "The session isn't ready.";
  const parents = toolbox.lent;
  const path = [...lineage.path, id];
  const only = kind.fork ? parents : toolsOf(parents, kind, path.length >= DEEPEST);
  if (only.length === 0) return `No tool is left for an agent of the kind ${kind.name}.`;
  const trees = treesOf(house, circle, toolbox.processes, toolbox.env);
  const isolated = order.isolation ?? kind.isolation;
  const tree = isolated && (await trees.make(toolbox.seat.cwd, id, signal));
  if (typeof tree === "string") return tree;

  const cwd = tree?.path ?? toolbox.seat.cwd;
  const model = order.model ?? kind.model;
  const limits = { ...gathered.limits, ...(kind.maxTurns !== undefined && { maxTurns: kind.maxTurns }) };
  const prompt = await kind.prompt?.();
  const flags = { ...house.flags, ...(prompt !== undefined && { systemPrompt: prompt }), defer: false };
  const child: Site = {
    ...site,
    house: { ...house, flags },
    gathered: {
      ...gathered,
      hooks: kind.hooks === "off" ? undefined : gathered.hooks,
      only,
      shown: kind.fork ? gathered.shown : undefined,
      structure: undefined,
      limits: { ...limits, models: model === undefined ? dials.models : [lookUp(model).id, ...limits.models] },
      folders: { ...gathered.folders, cwd },
    },
  };
  const ledger = lineage.ledger.share({});
  const childLog = await openChildLog(log, cwd, kind.fork === true);
  const furnished = furnish(child, childLog, {
    ...lineage,
    path,
    ledger,
    kind: kind.name,
    mode: () => stricter(mode(), kind.permissionMode),
    ...(kind.fork ? { system } : {}),
  });
  const name = path.join("/");
  return {
    session: childLog.claim.ref.session,
    conversation: furnished.conversation,
    ledger,
    async leave() {
      lineage.leases.release(name);
      return tree && (await partFrom(trees, toolbox.seat.cwd, tree, AbortSignal.timeout(LEAVING_MS)));
    },
    async close() {
      await furnished[Symbol.asyncDispose]();
    },
  };
}

const treesOf = (house: House, circle: Circle, { run }: Processes, env: Toolbox["env"]): Trees =>
  openTrees({ git: gitWith(run, env), folder: treesIn(house), hooking: () => circle.hooking });

/** Beside the home, not in it: what stands there is the work of agents, and theirs to change. */
const treesIn = ({ place }: House): string => `${place.keelHome}-worktrees`;
