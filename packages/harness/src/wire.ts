import { connect, costOf, lookUp, shape } from "@keelson/model";
import type { LoopOptions, Model, Ports } from "@keelson/protocol";
import type { Gathered } from "./gather.ts";
import type { House } from "./house.ts";
import { Meter } from "./meter.ts";
import { permitting } from "./permit.ts";
import { preparing } from "./prepare.ts";
import { composePrompt } from "./prompt.ts";
import { settle } from "./settle.ts";
import type { Toolbox } from "./toolbox.ts";

const GRACE_MS = 250;

export type Wired = { readonly options: LoopOptions; readonly ports: Ports; readonly meter: Meter };

/** Connects the loop to the house: each port is one function of one room. */
export function wire(house: House, gathered: Gathered, toolbox: Toolbox, session: string): Wired {
  const { place, flags, clock, wall, ask } = house;
  const { folders, limits, dialect, plugins } = gathered;
  const { tools } = toolbox;
  const meter = new Meter(clock, (model, usage) => costOf(lookUp(model), usage));
  const system = composePrompt(plugins, flags, { ...folders, platform: place.platform, now: wall() });
  const ports: Ports = {
    model: meter.measure(clientOf(house, gathered), "main"),
    tools: () => tools,
    prepare: preparing({
      facts: lookUp,
      body: (model) => shape({ dialect, model: lookUp(model), system, tools: [...tools.values()] }),
      tools,
      meter,
    }),
    async *rescue() {
      return false; // nothing can be made smaller yet: the context ladder joins here
    },
    permit: permitting({
      mode: limits.mode,
      rules: [...gathered.rules, ...toolbox.rules],
      directories: folders.directories,
      home: place.home,
      ask,
    }),
    settle,
    overBudget: () => (limits.maxBudgetUsd !== undefined && meter.usd >= limits.maxBudgetUsd ? "budget_exhausted" : undefined),
    clock,
  };
  const options: LoopOptions = {
    session,
    cwd: folders.cwd,
    maxTurns: limits.maxTurns,
    models: limits.models,
    outputLimit: lookUp(limits.models[0] ?? "").outputLimit,
    graceMs: GRACE_MS,
    fast: false,
    unattended: flags.unattended ?? false,
  };
  return { options, ports, meter };
}

function clientOf({ clock }: House, { dialect, endpoint: { baseUrl, apiKey, authToken } }: Gathered): Model {
  return connect({
    dialect,
    clock,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(apiKey !== undefined && { apiKey }),
    ...(authToken !== undefined && { authToken }),
  });
}
