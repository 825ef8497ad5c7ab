import { connect, costOf, lookUp, networkFromEnv, openNetwork, shape, type Network } from "@keelson/model";
import type { JsonObject, LoopOptions, Model, Ports, View } from "@keelson/protocol";
import { Dials } from "./dials.ts";
import type { Gathered } from "./gather.ts";
import type { House } from "./house.ts";
import { Meter } from "./meter.ts";
import { permitting } from "./permit.ts";
import { preparing } from "./prepare.ts";
import { composePrompt } from "./prompt.ts";
import { answerIn, settling } from "./structured.ts";
import type { Toolbox } from "./toolbox.ts";

const GRACE_MS = 250;

/** Dispose closes what is open to the outside. */
export type Wired = AsyncDisposable & {
  readonly ports: () => Ports;
  readonly options: () => LoopOptions;
  readonly totals: (view: View) => JsonObject;
  readonly meter: Meter;
  readonly dials: Dials;
};

/** Connects the loop to the house: each port is one function of one room. */
export function wire(house: House, gathered: Gathered, toolbox: Toolbox, session: string): Wired {
  const { place, flags, clock, wall, ask } = house;
  const { folders, limits, dialect, plugins, structure } = gathered;
  const { tools } = toolbox;
  const dials = new Dials(limits);
  const meter = new Meter(clock, (model, usage) => costOf(lookUp(model), usage));
  const system = composePrompt(plugins, flags, { ...folders, platform: place.platform, now: wall(), instruct: structure?.instruct });
  const body = (model: string): JsonObject => shape({ dialect, model: lookUp(model), system, tools: [...tools.values()] });
  const rules = [...gathered.rules, ...toolbox.rules];
  const network = openNetwork(networkFromEnv(place.env));
  const ports: Omit<Ports, "settle"> = {
    model: meter.measure(clientOf(house, gathered, { network, session }), "main"),
    tools: () => tools,
    prepare: preparing({ facts: lookUp, body, tools, meter, dials }),
    async *rescue() {
      return false; // nothing can be made smaller yet: the context ladder joins here
    },
    permit: permitting({ mode: () => dials.mode, rules, directories: folders.directories, home: place.home, tools, ask }),
    overBudget: () => (limits.maxBudgetUsd !== undefined && meter.usd >= limits.maxBudgetUsd ? "budget_exhausted" : undefined),
    clock,
  };
  return {
    meter,
    dials,
    ports: () => ({ ...ports, settle: settling(structure) }),
    options: () => ({
      session,
      cwd: folders.cwd,
      maxTurns: limits.maxTurns,
      models: dials.models,
      outputLimit: lookUp(dials.models[0] ?? "").outputLimit,
      graceMs: GRACE_MS,
      fast: false,
      unattended: flags.unattended ?? false,
    }),
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
    totals(view) {
      const reading = structure?.read(answerIn(view));
      return { usd: meter.usd, ...(reading?.ok && { structured: reading.value }) };
    },
  };
}

type Outside = { readonly network: Network; readonly session: string };

/** An endpoint of the user's own is told which session asks, so that it can tell two with the same words apart. */
function clientOf({ clock }: House, { dialect, endpoint: { baseUrl, apiKey, authToken } }: Gathered, { network, session }: Outside): Model {
  return connect({
    dialect,
    clock,
    fetch: network.fetch,
    ...(baseUrl !== undefined && { baseUrl, headers: { "x-keel-session": session } }),
    ...(apiKey !== undefined && { apiKey }),
    ...(authToken !== undefined && { authToken }),
  });
}
