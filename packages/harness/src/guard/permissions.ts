import { createAnalyse, decide } from "@keelson/permissions";
import type { Mode, Ports } from "@keelson/protocol";
import type { AskModel } from "../asking.ts";
import type { Hooking } from "../hooking/hooking.ts";
import type { House } from "../house.ts";
import type { Lineage } from "../lineage.ts";
import { following, type Readings } from "../live/readings.ts";
import type { JudgeCall } from "../lore/inline.ts";
import { permitting } from "../permit.ts";
import type { Asker } from "../question.ts";
import type { Recollection } from "../recollection.ts";
import type { Toolbox } from "../toolbox.ts";
import { stagesOf } from "./stages.ts";

export type PermissionsOf = {
  readonly lineage: Lineage;
  readonly recollection: Recollection;
  readonly hooking: Hooking;
  readonly second: () => AskModel;
  readonly mode: () => Mode;
  readonly setMode: (mode: Mode) => string | undefined;
};
/** `permit`: for the loop's calls. `judge`: for those that nobody is asked about. */
export type Permissions = { readonly permit: Ports["permit"]; readonly judge: JudgeCall };

export function permissionsIn(house: House, readings: Readings, toolbox: Toolbox, of: PermissionsOf): Permissions {
  const { lineage, recollection, hooking, second, mode, setMode } = of;
  const { place, flags, wall, ask } = house;
  const { approvals, leases, path } = lineage;
  const agent = path.length > 0 ? path.join("/") : undefined;
  // At the first call: they are the half of what keel is.
  const stages = following(
    () => readings.newest.settings,
    (settings) => stagesOf({ settings }, toolbox, second),
  );
  const rules = following(
    () => readings.newest.rules,
    (read) => [...read, ...toolbox.rules],
  );
  const directories = (): readonly string[] => readings.newest.folders.directories;
  const { home } = place;
  const analyse = createAnalyse(home);
  return {
    judge(tool, call, more, signal) {
      const all = [...rules(), ...approvals.rules, ...approvals.lent, ...more];
      const asked = { tool, call, mode: mode(), rules: all, cwd: toolbox.seat.cwd, directories: directories(), home };
      return decide(asked, stages(), signal);
    },
    permit: permitting({
      mode,
      setMode: agent === undefined ? setMode : () => "An agent's mode follows its session's.",
      addFolder: lineage.addFolder,
      rules,
      approvals,
      directories,
      home,
      tools: () => toolbox.tools,
      agent,
      stages,
      hooking,
      async taken(call) {
        if (agent === undefined && leases.none) return undefined; // most sessions start no agents
        const { takenBy } = await import("../agents/changes.ts");
        return await takenBy(leases, path.join("/"), call, analyse);
      },
      ask,
      defer: flags.defer ?? false,
      wall,
      ...asksOf(lineage, recollection),
    }),
  };
}

/** A sub-agent's stand in the log of the session too: ids of calls are unique among an agent's own only. */
function asksOf({ path, asks }: Lineage, recollection: Recollection): Pick<Asker, "recollection" | "also"> {
  if (path.length === 0) return { recollection };
  const keyOf = (callId: string): string => [...path, callId].join("/");
  return {
    recollection: { askAbout: (callId) => asks.askAbout(keyOf(callId)) },
    also: (event) =>
      asks.note(event.type === "ask.opened" && event.callId !== undefined ? { ...event, callId: keyOf(event.callId) } : event),
  };
}
