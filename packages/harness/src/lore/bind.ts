import { text } from "@keelson/protocol";
import type { Agents } from "@keelson/tools";
import type { Beside } from "../beside.ts";
import type { Circle } from "../circle.ts";
import type { Dials } from "../dials.ts";
import type { Log, Site } from "../furnish.ts";
import type { AddedHooks } from "../hooking/added.ts";
import type { Lineage } from "../lineage.ts";
import { Lore } from "./lore.ts";

type Bound = {
  readonly circle: Circle;
  readonly agents: Agents;
  readonly dials: Dials;
  readonly beside: Beside;
  readonly added: AddedHooks;
};

export function loreOf({ house, readings, files }: Site, { claim, recollection }: Log, lineage: Lineage, bound: Bound): Lore {
  const { circle, agents, dials, beside, added } = bound;
  const { session } = claim.ref;
  return new Lore({
    readings,
    place: house.place,
    files,
    session,
    recollection,
    approvals: lineage.approvals,
    agents,
    inline() {
      const { toolbox, wired, running } = circle;
      if (!toolbox || !wired) throw new Error("A skill was started before its session was there.");
      return { toolbox, judge: wired.judge, session, running: () => running };
    },
    hooking: () => circle.hooking,
    dials,
    invoked: (skill) => lineage.servers.invoked(skill),
    added,
    tell: (...events) => beside.push(...events),
    receive: (words, from) => circle.conversation?.receive([text(words)], from),
  });
}
