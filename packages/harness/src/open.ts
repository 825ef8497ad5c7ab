import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { settingsFiles } from "@keelson/loader";
import { lookUp, networkFromEnv, openNetwork } from "@keelson/model";
import { openStore } from "@keelson/persistence";
import { isStoreError, text, type Envelope, type Event, type Problem } from "@keelson/protocol";
import { createBoard, diskFiles, type Disk } from "@keelson/tools";
import { cutAgents, endOf, tellAnswered, tellCut } from "./agents/cut.ts";
import { Leases } from "./agents/leases.ts";
import { MOST_RUNNING } from "./agents/team.ts";
import { Beside } from "./beside.ts";
import { Ledger, type Bounds } from "./budget/ledger.ts";
import { furnish, type Furnished, type Log, type Site } from "./furnish.ts";
import { gather, settingsPlaces, type Gathered } from "./gather.ts";
import { withSandbox } from "./guard/sandbox.ts";
import type { GoingOn } from "./going-on.ts";
import type { House, Opening, Refusal, Session } from "./house.ts";
import { openGrants, ruleOf } from "./kept/grants.ts";
import { pickStyle } from "./late.ts";
import type { Lineage } from "./lineage.ts";
import { shown, type Show } from "./hooking/display.ts";
import { Live } from "./live/live.ts";
import { Stamps } from "./live/stamps.ts";
import { LiveReadings, type Readings } from "./live/readings.ts";
import { openLog, type OpenedLog, type Stores } from "./log.ts";
import { Recollection } from "./recollection.ts";
import { serversOf } from "./servers/late.ts";
import type { Conversation } from "./session.ts";
import type { Past } from "./past.ts";

/**
 * Opens a session: settings, folders, endpoint, rules, plugins and log, in that order, the log of one that goes on before all; the first thing
 * that is wrong refuses it.
 * Nothing of a plugin runs, no process starts and no request is sent before the first prompt.
 */
export async function openSession(asked: House): Promise<Opening> {
  const heard: Problem[] = [];
  const disk = openStore({ root: join(asked.place.keelHome, "var"), now: asked.wall, onProblem: (problem) => heard.push(problem) });
  const memory = async () => (await import("./unsaved.ts")).memoryStore({ now: asked.wall });
  try {
    const start = await begin({ disk: asked.flags.persist === false ? await memory() : disk, memory }, asked);
    return "code" in start ? await refused(start, disk) : { ok: true, session: await sessionIn(start, disk, heard) };
  } catch (error) {
    if (isStoreError(error)) return await refused({ code: "session", text: error.message }, disk);
    throw error;
  }
}

async function refused(refusal: Refusal, disk: AsyncDisposable): Promise<Opening> {
  await disk[Symbol.asyncDispose]();
  return { ok: false, refusal };
}

type Start = Pick<Made, "house" | "gathered"> & {
  readonly files: Disk;
  readonly opened: OpenedLog;
  readonly log: Log;
  readonly place?: GoingOn["place"];
};

/** A log and what the session is made from: a new log comes last, one that is there first. */
async function begin(stores: Stores, asked: House): Promise<Start | Refusal> {
  const files = diskFiles();
  const newId = randomUUID();
  const before = asked.flags.resume === undefined ? undefined : await (await import("./going-on.ts")).goOn(stores, asked, newId);
  if (before && "code" in before) return before;
  const house = coordinating(before?.house ?? asked);
  const read = await gather(house, files);
  const gathered = "code" in read ? read : await withSandbox(read, house.place);
  if ("code" in gathered) {
    await before?.leave();
    return gathered;
  }
  if (before) {
    await before.keep();
    return { house, gathered, files, opened: before.opened, log: before.log, place: before.place };
  }
  const begun = await openLog(stores, house.flags, house.place.cwd, newId);
  if ("code" in begun) return begun;
  const past: Past = { view: { messages: [], reply: undefined }, undelivered: [], opening: [openedEvent(house, gathered)], kept: 0 };
  const { store, claim } = begun;
  return { house, gathered, files, opened: begun, log: { store, claim, past, recollection: new Recollection() } };
}

const coordinating = (house: House): House =>
  house.flags.coordinator && house.coordinating ? { ...house, plugins: [...house.plugins, ...house.coordinating()] } : house;

/** What the parts of it have in common, and the parts. `heard`: what was wrong until here. */
async function sessionIn({ house, gathered, files, opened, log, place }: Start, disk: AsyncDisposable, heard: Problem[]): Promise<Session> {
  const beside = new Beside();
  const readings = new LiveReadings(gathered);
  const site: Site = { house, gathered, readings, files };
  const servers = serversOf(site, (event) => beside.push(event));
  heard.push(...(await servers.renew(gathered)));
  const lineage = { ...(await found(site, log, beside)), servers, ...changesOf(() => live) };
  const cut = await cutAgents(log.store, log.claim.ref, log.recollection);
  beside.push(...cut.map(endOf), ...changedTerms(site, log), ...(place?.events ?? []));
  const furnished = furnish(site, { ...log, cut }, lineage, beside);
  const news = [...cut.filter(({ agent }) => agent.background).map(tellCut), ...tellAnswered(log.recollection, lineage.asks)];
  for (const words of news) furnished.conversation.receive([text(words)], "task");
  for (const words of place?.gone ?? []) {
    heard.push({ severity: "warning", file: "", text: words });
    furnished.conversation.receive([text(words)], "harness");
  }
  const { circle, dials, meter } = furnished;
  const live = new Live({ house, files, readings, circle, beside, servers, dials, meter, stamps: stampsOf(house, gathered) });
  const close = async (): Promise<void> => {
    await gathered.index.keep();
    await servers[Symbol.asyncDispose]();
    await lineage.network[Symbol.asyncDispose]();
    await disk[Symbol.asyncDispose]();
  };
  return sessionOf({ house, gathered, readings, live, log: opened, lineage, furnished, heard, close });
}

/** Of a session that goes on under another command line. */
function changedTerms({ gathered }: Site, { past, recollection }: Log): readonly Event[] {
  if (past.opening.length > 0) return [];
  const { terms } = gathered;
  if (JSON.stringify(terms) === JSON.stringify(recollection.terms)) return [];
  return [{ type: "session.changed", change: { terms: { ...terms } } }];
}

function stampsOf(house: House, { standing }: Gathered): Stamps {
  const stamps = new Stamps();
  stamps.changed(settingsFiles(settingsPlaces(house, standing.trusted)));
  return stamps;
}

/** What the session and all its agents will have in common. */
async function found(
  { house, gathered }: Site,
  { recollection, past }: Log,
  beside: Beside,
): Promise<Omit<Lineage, "servers" | keyof Changes>> {
  const { place, flags, clock, wall } = house;
  const { folders } = gathered;
  const isNew = flags.maxBudgetUsd !== undefined && flags.maxBudgetUsd !== recollection.budget && past.opening.length === 0;
  if (isNew) beside.push({ type: "session.changed", change: { budget: flags.maxBudgetUsd ?? 0 } });
  const grants = openGrants(place.keelHome, wall);
  const ledger = new Ledger(boundsOf(house, gathered, recollection), () => clock.now(), { before: recollection.spent });
  ledger.stop();
  const kept = await grants.list(folders.cwd);
  const board = createBoard((state) => beside.push({ type: "session.changed", change: { board: JSON.parse(JSON.stringify(state)) } }));
  if (recollection.board) board.restore(recollection.board);
  return {
    path: [],
    board,
    leases: new Leases(),
    asks: {
      askAbout: (callId) => recollection.askAbout(callId),
      note: (event) => beside.push(event),
      isOpen: (agent) => recollection.asksFor(agent, wall()).length > 0,
    },
    network: openNetwork(networkFromEnv(place.env)),
    crew: { running: 0, most: gathered.settings.keel?.maxAgents ?? MOST_RUNNING },
    ledger,
    approvals: {
      lent: [],
      rules: [...(typeof kept === "string" ? [] : kept.map(ruleOf)), ...recollection.rules],
      keep: (rules, folder, until) =>
        grants.add(rules.map((rule) => ({ rule, folder, granted: wall(), ...(until !== undefined && { until }) }))),
    },
  };
}

/** What the command line said once holds until it says otherwise. */
function boundsOf({ flags }: House, { limits }: Gathered, { budget }: Recollection): Bounds {
  return flags.maxBudgetUsd === undefined && budget !== undefined ? { ...limits.bounds, usd: budget } : limits.bounds;
}

type Changes = Pick<Lineage, "addFolder" | "refresh">;

/** For whoever is there before it. */
const changesOf = (live: () => Live): Changes => ({
  addFolder: (path) => live().addFolder(path),
  refresh: () => live().refresh(),
});

type Made = {
  readonly house: House;
  readonly gathered: Gathered;
  readonly readings: Readings;
  readonly live: Live;
  readonly log: OpenedLog;
  readonly lineage: Lineage;
  readonly furnished: Furnished;
  readonly heard: readonly Problem[];
  /** What is open to the outside and to the disk, after the session. */
  readonly close: () => Promise<void>;
};

function sessionOf({ house, gathered, readings, live, log, lineage, furnished, heard, close }: Made): Session {
  const { conversation, toolbox, dials, meter, beside } = furnished;
  const { ref } = log.claim;
  const show: Show = (envelope) => furnished.show(live.see(envelope));
  return {
    id: ref.session,
    get cwd() {
      return toolbox.seat.cwd;
    },
    get model() {
      return dials.models[0] ?? "";
    },
    get mode() {
      return dials.mode;
    },
    get context() {
      return { tokens: meter.context, window: lookUp(this.model).window };
    },
    setModel: dials.setModel.bind(dials),
    setMode: dials.setMode.bind(dials),
    get tools() {
      return [...toolbox.tools.keys()];
    },
    get plugins() {
      return readings.newest.plugins.map(({ name, root }) => ({ name, root }));
    },
    get agents() {
      return [...new Set(furnished.kinds.values())].map(({ name, description }) => ({ name, description }));
    },
    get skills() {
      return furnished.skills;
    },
    starts: furnished.starts,
    whyNot: furnished.whyNot,
    outputStyle: (name) => pickStyle({ ...readings.newest, place: house.place }, name),
    credentials: gathered.endpoint.credentials,
    problems: [...gathered.problems, ...toolbox.problems, ...heard, ...(log.problem ? [log.problem] : [])],
    trusted: gathered.standing.trusted,
    trustRoot: gathered.standing.root,
    saved: log.problem === undefined,
    get board() {
      return lineage.board.state();
    },
    works: furnished.works,
    ...hearing(conversation),
    watch: () => live.watch(),
    reload: (rewrite) => live.reload(rewrite),
    addFolder: (path) => live.addFolder(path),
    rename: (title) => beside.push({ type: "session.changed", change: { title } }),
    run: (prompt, signal, accepted) =>
      traced(shown(conversation.run(prompt, signal, accepted), show), { house, gathered, session: ref.session }),
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await furnished[Symbol.asyncDispose]();
      await close();
    },
  };
}

const hearing = (conversation: Conversation): Pick<Session, "steer" | "accept" | "withdraw" | "add"> => ({
  steer: conversation.steer.bind(conversation),
  accept: conversation.accept.bind(conversation),
  withdraw: conversation.withdraw.bind(conversation),
  add: conversation.add.bind(conversation),
});

type Traced = Pick<Made, "house" | "gathered"> & { readonly session: string };

function traced(envelopes: AsyncGenerator<Envelope, void>, { house, gathered, session }: Traced): AsyncGenerator<Envelope, void> {
  const { baseUrl } = gathered.endpoint;
  const host = baseUrl === undefined ? undefined : new URL(baseUrl).hostname;
  return house.telemetry ? house.telemetry.trace(envelopes, { session, agent: "keel", host }) : envelopes;
}

function openedEvent({ place, version, flags }: House, { limits, plugins, terms }: Gathered): Event {
  const names = plugins.map(({ name }) => name);
  return {
    type: "session.opened",
    meta: {
      cwd: place.cwd,
      version,
      model: limits.models[0] ?? "",
      mode: limits.mode,
      plugins: names,
      ...(flags.maxBudgetUsd !== undefined && { budget: flags.maxBudgetUsd }),
      ...(Object.keys(terms).length > 0 && { terms: { ...terms } }),
    },
  };
}
