import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { lookUp } from "@keelson/model";
import { memoryStore, openStore } from "@keelson/persistence";
import { isStoreError, type Event, type Problem } from "@keelson/protocol";
import { diskFiles } from "@keelson/tools";
import { gather, type Gathered } from "./gather.ts";
import type { House, Opening, Session } from "./house.ts";
import { openLog } from "./log.ts";
import { Conversation } from "./session.ts";
import { openToolbox } from "./toolbox.ts";
import { wire } from "./wire.ts";

/**
 * Opens a session: settings, folders, endpoint, rules, plugins and log, in that order; the first thing that is wrong refuses it.
 * Nothing of a plugin runs, no process starts and no request is sent before the first prompt.
 */
export async function openSession(house: House): Promise<Opening> {
  const { place, flags, wall } = house;
  const files = diskFiles();
  const gathered = await gather(house, files);
  if ("code" in gathered) return { ok: false, refusal: gathered };
  const heard: Problem[] = [];
  const disk = openStore({ root: join(place.keelHome, "var"), now: wall, onProblem: (problem) => heard.push(problem) });
  const memory = () => memoryStore({ now: wall });
  const log = await openLog({ disk: flags.persist === false ? memory() : disk, memory }, flags, place.cwd, randomUUID());
  if ("code" in log) return { ok: false, refusal: log };

  const id = log.claim.ref.session;
  const toolbox = openToolbox(house, gathered, files, id);
  const wired = wire(house, gathered, toolbox, id);
  const { dials, meter } = wired;
  const opening = log.fresh ? [openedEvent(house, gathered)] : [];
  const close = async (): Promise<void> => {
    for (const part of [toolbox, wired, log.claim]) await part[Symbol.asyncDispose]();
  };
  const conversation = await Conversation.read({ ...log, ...wired, wall, opening }).catch(async (error: unknown) => {
    await close(); // a log that can't be read isn't held
    if (isStoreError(error)) return error.message;
    throw error;
  });
  if (typeof conversation === "string") return { ok: false, refusal: { code: "session", text: conversation } };
  const session: Session = {
    id,
    cwd: place.cwd,
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
    tools: [...toolbox.tools.keys()],
    plugins: gathered.plugins.map(({ name, root }) => ({ name, root })),
    credentials: gathered.endpoint.credentials,
    problems: [...gathered.problems, ...toolbox.problems, ...heard, ...(log.problem ? [log.problem] : [])],
    saved: log.problem === undefined,
    add: conversation.add.bind(conversation),
    run: conversation.run.bind(conversation),
    [Symbol.asyncDispose]: close,
  };
  return { ok: true, session };
}

function openedEvent({ place, version }: House, { limits, plugins }: Gathered): Event {
  const names = plugins.map(({ name }) => name);
  return { type: "session.opened", meta: { cwd: place.cwd, version, model: limits.models[0] ?? "", mode: limits.mode, plugins: names } };
}
