/** A session that goes on. Its log is read before anything else: it says what the session is. */
import { join, resolve } from "node:path";
import type { Event } from "@keelson/protocol";
import type { Log } from "./furnish.ts";
import type { Flags, House, Refusal } from "./house.ts";
import { openLog, type OpenedLog, type Stores } from "./log.ts";
import { Recollection } from "./recollection.ts";
import { isFolder, enteredEvent } from "./seat.ts";
import { readPast } from "./past.ts";
import type { Terms } from "./terms.ts";

export type GoingOn = {
  readonly opened: OpenedLog;
  readonly log: Log;
  /** As the session was begun, where the command line says nothing else. */
  readonly house: House;
  /** What became of its place: for the person, the log and the model. */
  readonly place: Place;
  /** Something comes of it: a copy has agents and outputs of its own. */
  keep(): Promise<void>;
  /** Nothing comes of it: the log is given back as it was. */
  leave(): Promise<void>;
};

export async function goOn(stores: Stores, asked: House, newId: string): Promise<GoingOn | Refusal> {
  const opened = await openLog(stores, asked.flags, asked.place.cwd, newId);
  if ("code" in opened) return opened;
  const { store, claim, copied } = opened;
  const { place, flags } = asked;
  const keep = async (): Promise<void> => {
    if (copied === undefined) return;
    const { takeAlong } = await import("./agents/copies.ts");
    await takeAlong({ store, outputs: join(place.keelHome, "var", "outputs") }, { ...claim.ref, session: copied }, claim.ref);
  };
  const leave = async (): Promise<void> => {
    await claim[Symbol.asyncDispose]();
    if (copied !== undefined) await store.delete(claim.ref); // a copy that nobody has seen
  };
  try {
    const recollection = new Recollection();
    const past = await readPast(store, claim.ref, recollection);
    if (flags.permissionMode !== undefined) recollection.mode = undefined; // what is asked for now stands above what was
    if (flags.model !== undefined) recollection.model = undefined;
    const log: Log = { store, claim, past, recollection, ...(copied !== undefined && { copied }) };
    const at = placeOf(recollection, asked.place.cwd, copied !== undefined);
    const held = heldTo(meantFrom(flags, asked.place.cwd), recollection.terms);
    return { opened, log, house: { ...asked, place: { ...asked.place, cwd: at.cwd }, flags: held }, place: at, keep, leave };
  } catch (error) {
    await leave(); // a log that can't be read isn't held
    throw error;
  }
}

/** The flags of a command line that goes on with a session: an empty list of rules takes back what was forbidden, any other adds to it. */
function heldTo(flags: Flags, { deny = [], ask = [], settings, ...others }: Terms): Flags {
  const freed = flags.disallowedTools?.length === 0;
  return {
    ...others,
    ...(settings && { settings: JSON.stringify(settings) }),
    ...flags,
    ...(!freed && {
      disallowedTools: [...deny, ...(flags.disallowedTools ?? [])],
      askedTools: [...ask, ...(flags.askedTools ?? [])],
    }),
  };
}

/** What the command line names is meant from where it was typed. */
function meantFrom(flags: Flags, cwd: string): Flags {
  const { addDirs, settings } = flags;
  return {
    ...flags,
    ...(addDirs && { addDirs: addDirs.map((path) => resolve(cwd, path)) }),
    ...(settings !== undefined && !/^\s*\{/.test(settings) && { settings: resolve(cwd, settings) }),
  };
}

type Place = { readonly cwd: string; readonly gone: readonly string[]; readonly events: readonly Event[] };

/** Its folder and its working tree, as far as they are there; else where it was called from, and from then on. */
function placeOf(known: Recollection, here: string, copied: boolean): Place {
  const { cwd: begun = here, entered } = known;
  const cwd = isFolder(begun) ? begun : here;
  const lost =
    cwd !== begun ? [`The folder of this session, ${begun}, is gone. It goes on in ${cwd}: its earlier paths are meant from there.`] : [];
  const events: Event[] = cwd === begun ? [] : [{ type: "session.changed", change: { cwd } }];
  if (entered && !isFolder(entered.tree.path)) {
    lost.push(`The working tree ${entered.tree.path} is gone. The session goes on in ${cwd}.`);
    events.push(enteredEvent(undefined));
  } else if (entered && copied) {
    known.entered = { ...entered, lent: true };
    events.push(enteredEvent(known.entered));
  }
  return { cwd, gone: lost, events };
}
