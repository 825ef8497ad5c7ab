import { text, type Mode } from "@keelson/protocol";
import { GENERAL } from "@keelson/tools";
import type { TeamParts } from "../agents/team.ts";
import type { Beside } from "../beside.ts";
import type { Circle } from "../circle.ts";
import type { Dials } from "../dials.ts";
import type { Site } from "../furnish.ts";
import type { House } from "../house.ts";
import type { Lineage } from "../lineage.ts";
import type { Past } from "../past.ts";
import type { Toolbox } from "../toolbox.ts";
import type { AddedHooks } from "./added.ts";
import { hookAgent } from "./hook-agent.ts";
import type { Hooking } from "./hooking.ts";
import { openHooking, transcriptIn } from "./open.ts";
import { ritesOf, type Rites } from "./rites.ts";

type Bound = {
  readonly site: Site;
  readonly lineage: Lineage;
  readonly session: string;
  readonly mode: () => Mode;
  readonly dials: Dials;
  readonly added: AddedHooks;
  readonly toolbox: Toolbox;
  readonly beside: Beside;
  readonly circle: Circle;
  readonly open: TeamParts["open"];
  readonly past: Past;
};

export function hookingOf({
  site: { house, gathered },
  lineage,
  session,
  mode,
  dials,
  added,
  toolbox,
  beside,
  circle,
  open,
  past,
}: Bound): Hooking {
  return openHooking({
    declared: () => added.all,
    board: lineage.board,
    house,
    toolbox,
    session,
    mode,
    effort: () => dials.effort,
    agent: agentIn(lineage),
    projectDir: gathered.folders.cwd,
    past: () => circle.conversation?.view ?? past.view,
    tell: (...events) => beside.push(...events),
    receive: (content) => circle.conversation?.receive(content, "hook"),
    ask: async (asked, signal) => (await circle.wired?.askModel(asked, signal)) ?? "",
    runAgent: hookAgent(open, (event) => beside.push(event)),
    fetch: (url, init) => lineage.network.fetch(url, init),
    httpUrls: gathered.settings.allowedHttpHookUrls,
  });
}

const agentIn = ({ path, kind = GENERAL }: Lineage): { readonly id: string; readonly kind: string } | undefined => {
  const id = path.at(-1);
  return id === undefined ? undefined : { id, kind };
};

type Ceremony = {
  readonly house: House;
  readonly circle: Circle;
  readonly hooking: Hooking;
  readonly dials: Dials;
  readonly beside: Beside;
  readonly past: Past;
  readonly toolbox: Toolbox;
};

export function ritesIn(lineage: Lineage, { house, circle, hooking, dials, beside, past, toolbox }: Ceremony): Rites {
  const agent = agentIn(lineage);
  return ritesOf({
    hooking,
    agent: agent && { ...agent, transcript: transcriptIn(toolbox), parent: lineage.parent },
    source: past.opening.length > 0 ? "startup" : "resume",
    setup: house.flags.setup,
    model: () => dials.models[0] ?? "",
    title: (title) => beside.push({ type: "session.changed", change: { title } }),
    begin: house.ask ? undefined : (words) => circle.conversation?.receive([text(words)], "hook"),
    reload: lineage.refresh,
  });
}
