import { join } from "node:path";
import { connect, costOf, lookUp, shape, type Network } from "@keelson/model";
import { type Event, type JsonObject, type LoopOptions, type Model, type Permit, type Ports, type View } from "@keelson/protocol";
import { tellCut, type Cut } from "./agents/cut.ts";
import type { Log } from "./furnish.ts";
import type { Hooking } from "./hooking/hooking.ts";
import { switching } from "./hooking/switch-hooks.ts";
import type { Ledger } from "./budget/ledger.ts";
import { leftBy } from "@keelson/tools";
import type { Dials } from "./dials.ts";
import type { Gathered } from "./gather.ts";
import type { House } from "./house.ts";
import type { Lineage } from "./lineage.ts";
import type { Permissions } from "./guard/permissions.ts";
import { Prefix } from "./live/prefix.ts";
import { LiveReadings, type Readings } from "./live/readings.ts";
import { renewing } from "./live/renew.ts";
import { asking, type AskModel } from "./asking.ts";
import { around, type Touched } from "./lore/around.ts";
import type { JudgeCall } from "./lore/inline.ts";
import { Meter } from "./meter.ts";
import { preparing } from "./prepare.ts";
import type { SystemPrompt } from "./prompt.ts";
import { answerIn, settling } from "./structured.ts";
import type { Toolbox } from "./toolbox.ts";

const GRACE_MS = 250;

export type Wired = {
  readonly ports: () => Ports;
  readonly options: () => LoopOptions;
  readonly totals: (view: View) => JsonObject;
  readonly meter: Meter;
  readonly prefix: Prefix;
  readonly askModel: AskModel;
  readonly judge: JudgeCall;
};
export type Wiring = {
  readonly readings: Readings;
  readonly log: Pick<Log, "claim" | "past" | "recollection" | "copied" | "cut">;
  readonly lineage: Lineage;
  readonly dials: Dials;
  readonly system: (from: Gathered) => SystemPrompt;
  readonly hooking: Hooking;
  /** Files that a call has touched. */
  readonly touched: Touched;
  /** What the model is told of the skills of this user and folder. */
  readonly listing: () => string;
};

/** Connects the loop to the house: each port is one function of one room. */
export function wire(
  house: House,
  gathered: Gathered,
  toolbox: Toolbox,
  { readings, log: { claim, past, recollection, copied, cut = [] }, lineage, dials, system, hooking, listing, touched }: Wiring,
): Wired {
  const { flags, clock, wall } = house;
  const { session } = claim.ref;
  const { limits, dialect, structure } = gathered;
  const { seat } = toolbox;
  const { ledger, path } = lineage;
  const began = ledger.spent.usd;
  const meter = new Meter(clock, (model, usage) => costOf(lookUp(model), usage), ledger);
  const prefix = new Prefix({
    write: () => ({ from: readings.taken, system: system(readings.taken), tools: toolbox.tools }),
    body: (model, written, effort) =>
      shape({ dialect, model: lookUp(model), system: written.system, tools: [...written.tools.values()], effort }),
    effort: () => dials.effort,
    keptMs: dialect.cacheMs,
    wall,
  });
  const mode = lineage.mode ?? (() => dials.mode);
  const client = clientOf(house, gathered, { network: lineage.network, session });
  const name = (): string => dials.models[0] ?? "";
  const second = (): AskModel => asking({ model: meter.measure(client, "classifier"), name, dialect });
  let rights: Promise<Permissions> | undefined; // loaded with the first call
  const permissions = async (): Promise<Permissions> =>
    await (rights ??= import("./guard/permissions.ts").then(({ permissionsIn }) =>
      permissionsIn(house, readings, toolbox, { lineage, recollection, hooking, second, mode, setMode: dials.setMode.bind(dials) }),
    ));
  const asks = preparing({ facts: lookUp, prefix, meter, dials, ledger, price: priceOf });
  const resumed = past.opening.length === 0;
  const prepare =
    readings instanceof LiveReadings ? renewing({ readings, prefix, toolbox, dials, recollection, resumed, listing }, asks) : asks;
  const ports: Omit<Ports, "settle"> = {
    model: meter.measure(client, "main"),
    tools: () => toolbox.tools,
    prepare: switching({ hooking, dials, context: () => meter.context }, prepare),
    async *rescue() {
      return false; // nothing can be made smaller yet: the context ladder joins here
    },
    remains: (callId) => remainsOf(callId, toolbox.spillDir, { copied, cut }),
    permit: (use, call, ctx) => touching(counted(judging(permissions, use, call, ctx), ledger), touched),
    overBudget: () => (ledger.exceeded() === undefined ? undefined : "budget_exhausted"),
    clock,
  };
  return {
    meter,
    prefix,
    judge: async (...asked) => await (await permissions()).judge(...asked),
    askModel: asking({ model: meter.measure(client, "hook"), name, dialect }),
    ports: () => spending(ledger, { ...ports, settle: settling(structure) }),
    options: () =>
      optionsOf(session, { dials, seat, maxTurns: limits.maxTurns, depth: path.length, unattended: flags.unattended ?? false }),
    totals(view) {
      const reading = structure?.read(answerIn(view));
      return { ...cameTo(ledger, began, path), ...(reading?.ok && { structured: reading.value }) };
    },
  };
}

function spending(ledger: Ledger, ports: Ports): Ports {
  ledger.start();
  return ports;
}

/** Between the runs of a session no time is spent. `began`: the dollars before this one. */
function cameTo(ledger: Ledger, began: number, path: readonly string[]): JsonObject {
  const bound = ledger.exceeded();
  if (path.length === 0) ledger.stop();
  const { usd, ms } = ledger.spent;
  return { usd: usd - began, ms: Math.round(ms), ...(bound && { bound }) };
}

type Running = {
  readonly dials: Dials;
  readonly seat: Toolbox["seat"];
  readonly maxTurns: number;
  readonly depth: number;
  readonly unattended: boolean;
};
const optionsOf = (session: string, { dials, seat, maxTurns, depth, unattended }: Running): LoopOptions => ({
  session,
  get cwd() {
    return seat.cwd;
  },
  maxTurns,
  models: dials.models,
  outputLimit: lookUp(dials.models[0] ?? "").outputLimit,
  graceMs: GRACE_MS / 2 ** depth, // a sub-agent ends before its parent stops waiting for it
  fast: false,
  unattended,
});

const UNCACHED = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
const priceOf = (model: string, input: number, output: number): number | undefined => costOf(lookUp(model), { ...UNCACHED, input, output });

async function* judging(permissions: () => Promise<Permissions>, ...asked: Parameters<Ports["permit"]>): AsyncGenerator<Event, Permit> {
  return yield* (await permissions()).permit(...asked);
}

/** Of calls that were let through, against the budget of calls. */
async function* counted(judging: AsyncGenerator<Event, Permit>, ledger: Ledger): AsyncGenerator<Event, Permit> {
  if (ledger.exceeded() === "calls") return { behavior: "deny", message: "Nothing ran: the budget of calls is used up.", interrupt: true };
  const permit = yield* judging;
  if (permit.behavior === "allow") ledger.add({ calls: 1 });
  return permit;
}

async function* touching(judging: AsyncGenerator<Event, Permit>, touched: Touched): AsyncGenerator<Event, Permit> {
  const permit = yield* judging;
  return permit.behavior === "allow" ? { ...permit, call: around(permit.call, touched) } : permit;
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

/** What is left of a call that was cut: the words of its agent, or what its command had printed, here or where this log was copied from. */
async function remainsOf(
  callId: string,
  folder: string,
  { copied, cut }: { readonly copied: string | undefined; readonly cut: readonly Cut[] },
): Promise<string | undefined> {
  const agent = cut.find((one) => one.agent.callId === callId);
  if (agent) return tellCut(agent);
  return (await leftBy(folder, callId)) ?? (copied === undefined ? undefined : await leftBy(join(folder, "..", copied), callId));
}
