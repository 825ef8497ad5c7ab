import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { loop } from "@keelson/core";
import { connect, costOf, lookUp, shape } from "@keelson/model";
import { memoryStore, openStore } from "@keelson/persistence";
import type { Event, Problem, Rule } from "@keelson/protocol";
import { createSeen, diskFiles, scrub, startProcess, type BlockKit, type Disk } from "@keelson/tools";
import { gather, type Gathered } from "./gather.ts";
import type { House, Opening, Session } from "./house.ts";
import { openLog, type OpenedLog } from "./log.ts";
import { Meter } from "./meter.ts";
import { permitting } from "./permit.ts";
import { preparing } from "./prepare.ts";
import { composePrompt } from "./prompt.ts";
import { enableBlocks } from "./registry.ts";
import { bareDenials } from "./rules.ts";
import { Conversation } from "./session.ts";
import { settle } from "./settle.ts";

const GRACE_MS = 250;

/**
 * Opens a session: settings, folders, endpoint, rules, plugins and log, in that order; the first thing that is wrong refuses it.
 * Nothing of a plugin runs, no process starts and no request is sent before the first prompt.
 */
export async function openSession(house: House): Promise<Opening> {
  const files = diskFiles();
  const gathered = await gather(house, files);
  if ("code" in gathered) return { ok: false, refusal: gathered };
  const { keelHome, cwd } = house.place;
  const heard: Problem[] = [];
  const log = await openLog(
    {
      disk: openStore({ root: join(keelHome, "var"), now: house.wall, onProblem: (problem) => heard.push(problem) }),
      memory: () => memoryStore({ now: house.wall }),
    },
    house.flags,
    cwd,
    randomUUID(),
  );
  if ("code" in log) return { ok: false, refusal: log };
  return { ok: true, session: await wire(house, files, gathered, { ...log, heard }) };
}

async function wire(
  house: House,
  files: Disk,
  gathered: Gathered,
  log: OpenedLog & { readonly heard: readonly Problem[] },
): Promise<Session> {
  const { place, flags, clock, wall, ask } = house;
  const { folders, limits, endpoint, dialect, plugins } = gathered;
  const id = log.claim.ref.session;
  const spillDir = join(place.keelHome, "var", "outputs", id);
  const roots = [folders.cwd, ...folders.directories];
  const kit: BlockKit = {
    files,
    run: startProcess,
    seen: createSeen(),
    shell: { cwd: folders.cwd },
    env: { ...scrub(place.env, place.platform), ...gathered.settings.env },
    home: place.home,
    roots: () => roots,
    spillDir,
  };
  const registry = enableBlocks(plugins, bareDenials(gathered.rules), kit);
  const tools = registry.tools;
  const meter = new Meter(clock, (model, usage) => costOf(lookUp(model), usage));
  const { baseUrl, apiKey, authToken } = endpoint;
  const client = connect({
    dialect,
    clock,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(apiKey !== undefined && { apiKey }),
    ...(authToken !== undefined && { authToken }),
  });
  const system = composePrompt(plugins, flags, { ...folders, platform: place.platform, now: wall() });
  const body = (model: string) => shape({ dialect, model: lookUp(model), system, tools: [...tools.values()] });
  const model = limits.models[0] ?? "";

  const conversation = await Conversation.read({
    store: log.store,
    claim: log.claim,
    loop,
    meter,
    wall,
    opening: log.fresh ? [opened(house, gathered)] : [],
    options: {
      session: id,
      cwd: folders.cwd,
      maxTurns: limits.maxTurns,
      models: limits.models,
      outputLimit: lookUp(model).outputLimit,
      graceMs: GRACE_MS,
      fast: false,
      unattended: flags.unattended ?? false,
    },
    ports: {
      model: meter.measure(client, "main"),
      tools: () => tools,
      prepare: preparing({ facts: lookUp, body, tools, meter }),
      async *rescue() {
        return false; // nothing can be made smaller yet: the context ladder joins here
      },
      permit: permitting({
        mode: limits.mode,
        rules: [...gathered.rules, readable(spillDir)],
        directories: folders.directories,
        home: place.home,
        ask,
      }),
      settle,
      overBudget: () => (limits.maxBudgetUsd !== undefined && meter.usd >= limits.maxBudgetUsd ? "budget_exhausted" : undefined),
      clock,
    },
  });
  return {
    id,
    cwd: folders.cwd,
    model,
    mode: limits.mode,
    tools: [...tools.keys()],
    plugins: plugins.map(({ name, root }) => ({ name, root })),
    credentials: endpoint.credentials,
    problems: [...gathered.problems, ...registry.problems, ...log.heard, ...(log.problem ? [log.problem] : [])],
    saved: log.problem === undefined,
    run: (prompt, signal) => conversation.run(prompt, signal),
    [Symbol.asyncDispose]: () => log.claim[Symbol.asyncDispose](),
  };
}

function opened({ place, version }: House, { limits, plugins }: Gathered): Event {
  return {
    type: "session.opened",
    meta: { cwd: place.cwd, version, model: limits.models[0] ?? "", mode: limits.mode, plugins: plugins.map(({ name }) => name) },
  };
}

/** Long outputs are kept outside the working folder, and are for the model to read. */
function readable(folder: string): Rule {
  return { text: `Read(/${folder.replaceAll(/[*?[\]{}()!+@\\]/g, "\\$&")}/**)`, behavior: "allow", source: "builtin", base: folder };
}
