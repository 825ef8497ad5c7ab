/**
 * Makes a conversation of a log: its tools, its ports, its memory, and the sub-agents it can start, which are furnished in the same way.
 * The one place where a session and a sub-agent are built.
 */
import { openCalls, text, type Claim, type Event, type Mode, type Rule, type SessionStore } from "@keelson/protocol";
import { worksOf, type Disk, type Work } from "@keelson/tools";
import { tellCut, type Cut } from "./agents/cut.ts";
import { openChild, treesOf } from "./agents/descend.ts";
import { describeKinds } from "./agents/kinds.ts";
import { Team, type TeamParts } from "./agents/team.ts";
import { moving } from "./agents/moving.ts";
import { Beside } from "./beside.ts";
import { Circle } from "./circle.ts";
import { Dials } from "./dials.ts";
import type { Gathered } from "./gather.ts";
import { hookingOf, ritesIn } from "./hooking/bind.ts";
import { showing, type Show } from "./hooking/display.ts";
import { AddedHooks } from "./hooking/added.ts";
import type { House, Session } from "./house.ts";
import { applyStyle } from "./instructions/style.ts";
import type { Lineage } from "./lineage.ts";
import { kindsIn, type Kinds } from "./live/kinds.ts";
import type { Readings } from "./live/readings.ts";
import type { Meter } from "./meter.ts";
import { composePrompt, type SystemPrompt } from "./prompt.ts";
import { Recollection } from "./recollection.ts";
import { enteredEvent } from "./seat.ts";
import { Conversation, type SessionParts } from "./session.ts";
import { type Past } from "./past.ts";
import { followed, type Followed } from "./followed.ts";
import { loreOf } from "./lore/bind.ts";
import { planning } from "./planning.ts";
import { nearing } from "./prepare.ts";
import { followIn, touchedBy } from "./servers/follow.ts";
import { openToolbox, type Given, type Toolbox } from "./toolbox.ts";
import { webOf } from "./web.ts";
import { wire, type Wired } from "./wire.ts";

/** `gathered`: what the conversation began with. */
export type Site = { readonly house: House; readonly gathered: Gathered; readonly readings: Readings; readonly files: Disk };
/** A claimed log, and what it holds. */
export type Log = {
  readonly store: SessionStore;
  readonly claim: Claim;
  readonly past: Past;
  readonly recollection: Recollection;
  /** The session that it begins as a copy of, just now. */
  readonly copied?: string;
  /** Agents whose program went away while they worked. */
  readonly cut?: readonly Cut[];
};
export type Furnished = AsyncDisposable & {
  readonly conversation: Conversation;
  readonly toolbox: Toolbox;
  readonly dials: Dials;
  readonly meter: Meter;
  readonly circle: Circle;
  readonly beside: Beside;
  readonly kinds: Kinds;
  /** What the user can start by its name. */
  readonly skills: Session["skills"];
  readonly starts: Session["starts"];
  readonly whyNot: Session["whyNot"];
  readonly works: () => readonly Work[];
  /** What a reader is shown: hooks may show other words than the log holds. */
  readonly show: Show;
};

/** `beside`: the root's, which the board writes to. */
export function furnish(site: Site, log: Log, lineage: Lineage, beside = new Beside()): Furnished {
  const { house, gathered, readings } = site;
  const { claim, past, recollection } = log;
  const { session } = claim.ref;
  const dials = new Dials(gathered.limits, recollection);
  const kinds = kindsIn(readings, house);
  const mode = lineage.mode ?? ((): Mode => dials.mode);
  const circle = new Circle();
  const open: TeamParts["open"] = (wanted, signal) => openChild({ site, log, lineage, mode, dials, circle, furnish }, wanted, signal);
  const team = teamOf({ kinds: kinds.startable, beside, lineage, circle, open, before: () => recollection.agents, left: leftIn(log) });
  const seen = followed(recollection.files);
  const added = new AddedHooks(() => readings.newest.hooks);
  const lore = loreOf(site, log, lineage, { circle, agents: team, dials, beside, added });
  const parts = {
    ...givenOf(site, lineage, circle, { beside, recollection }),
    seen,
    agents: team,
    plan: planning(dials),
    skills: lore.port,
  };
  const toolbox = (circle.toolbox = openToolbox(house, gathered, parts, session));
  const following = followIn(lineage, toolbox);
  const listed = toolbox.tools.has("Skill");
  const system = systemBy(site, lineage, (from) => [
    toolbox.tools.has("Agent") ? describeKinds(kinds.of(from)) : "",
    listed ? lore.listing.fixed : "",
  ]);
  const listing = (): string => (listed ? lore.listing.live : "");
  const hooking = (circle.hooking = hookingOf({ site, lineage, session, mode, dials, added, toolbox, beside, circle, open, past }));
  const touched = touchedBy(following, lineage.judges ? undefined : lore);
  const wired = (circle.wired = wire(house, gathered, toolbox, { readings, log, lineage, dials, system, hooking, listing, touched }));
  const rites = ritesIn(lineage, { house, circle, hooking, dials, beside, past, toolbox });
  const lored = lineage.path.length === 0 ? lore.forRoot(listed) : lore.forAgent(lineage.begins);
  const said: Said = { ...wired, ...lored, ...following, rites, wall: house.wall, closing: () => closing(seen, lineage) };
  const conversation = (circle.conversation = conversationOf(log, lineage, said, { team, beside, toolbox }));
  return {
    conversation,
    toolbox,
    dials,
    beside,
    circle,
    get kinds() {
      return kinds.newest();
    },
    get skills() {
      return lore.offers;
    },
    starts: (name) => lore.starts(name),
    whyNot: (name) => lore.whyNot(name),
    works: () => worksOf(team, toolbox.processes.background),
    meter: wired.meter,
    show: showing(hooking, () => circle.running),
    [Symbol.asyncDispose]: () => closed(conversation, dials, [team, toolbox], claim),
  };
}

type Known = { readonly beside: Beside; readonly recollection: Recollection };

function givenOf({ house, readings, files }: Site, lineage: Lineage, circle: Circle, { beside, recollection }: Known) {
  const { board, path, servers, network } = lineage;
  const rules = (): readonly Rule[] => readings.newest.rules;
  return {
    files,
    readings,
    board,
    agent: path.join("/"),
    lsp: () => servers.lsp(),
    web: webOf({ network, rules, wall: house.wall, ask: () => circle.wired?.askModel }),
    left: recollection,
    worktrees: (seat, processes, env) =>
      moving(treesOf(house, circle, processes, env), seat, recollection.entered, (tree) => beside.push(enteredEvent(tree))),
  } satisfies Partial<Given>;
}

type Said = Wired & Pick<SessionParts, "rites" | "wall" | "closing" | "introduce" | "expand" | "news">;
type Aside = { readonly team: Team; readonly beside: Beside; readonly toolbox: Pick<Toolbox, "drain"> };

function conversationOf(log: Log, { path }: Lineage, said: Said, { team, beside, toolbox }: Aside): Conversation {
  const parts: SessionParts = {
    ...log,
    ...said,
    path,
    attend: (signal) => team.attend(signal),
    ended: () => team.ended(),
    nudge: () => team.nudge(),
    heard: () => (team.busy ? beside.heard() : undefined),
    drain: () => [...said.meter.drain(), ...toolbox.drain(), ...beside.drain()],
  };
  return new Conversation(parts, log.recollection, log.past);
}

const closing = (seen: Followed, { ledger }: Lineage): readonly Event[] => [...seen.drain(), ...nearing(ledger)];

async function closed(conversation: Conversation, dials: Dials, parts: readonly AsyncDisposable[], claim: Claim): Promise<void> {
  await using _ = claim; // whatever breaks, the log is given back
  await conversation.close();
  await conversation.settle(dials.drain()).catch(() => undefined); // a log that can't be written has said so before
  for (const part of parts) await part[Symbol.asyncDispose]();
  await conversation.keep();
}

const systemBy =
  ({ house }: Site, lineage: Lineage, more: (from: Gathered) => readonly string[]) =>
  (from: Gathered): SystemPrompt =>
    lineage.system ?? systemOf(house, from, lineage, more(from));

/** A style is the session's own: its agents speak to it, and not to the user. */
function systemOf({ place, flags, wall }: House, read: Gathered, { path }: Lineage, more: readonly string[]): SystemPrompt {
  const { folders, structure, plugins, style } = read;
  const around = { ...folders, platform: place.platform, now: wall(), instruct: structure?.instruct };
  const prompt = composePrompt(plugins, flags, around, more.filter((part) => part !== "").join("\n\n"));
  const styled = applyStyle(prompt, path.length === 0 ? style : undefined);
  return flags.systemPrompt === undefined ? styled : { ...styled, fixed: prompt.fixed }; // the caller's words are the caller's
}

/** Of calls that the log began with. */
function leftIn({ past, cut }: Log): TeamParts["left"] {
  const began = new Set(openCalls(past.view).flatMap(({ use, started }) => (started === undefined ? [] : [use.id])));
  return (callId) => {
    const one = cut?.find(({ agent }) => agent.callId === callId);
    return began.has(callId) ? { words: one && tellCut(one) } : "nothing";
  };
}

type Group = Pick<TeamParts, "beside" | "open" | "before" | "left"> & {
  readonly kinds: () => Kinds;
  readonly lineage: Lineage;
  readonly circle: Circle;
};
const teamOf = ({ kinds, beside, lineage, circle, open, before, left }: Group): Team =>
  new Team({
    get kinds() {
      return kinds();
    },
    beside,
    open,
    before,
    left,
    isAnswered: (id) => !lineage.asks.isOpen(id),
    crew: lineage.crew,
    depth: lineage.path.length,
    receive: (words) => circle.conversation?.receive([text(words)], "task"),
    running: () => circle.running,
  });
