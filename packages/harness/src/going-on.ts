/** A session that goes on. Its log is read before anything else: it says what the session is. */
import { join } from "node:path";
import type { Log } from "./furnish.ts";
import type { Flags, House, Refusal } from "./house.ts";
import { openLog, type OpenedLog, type Stores } from "./log.ts";
import { Recollection } from "./recollection.ts";
import { readPast } from "./session.ts";
import type { Terms } from "./terms.ts";

export type GoingOn = {
  readonly opened: OpenedLog;
  readonly log: Log;
  /** As the session was begun, where the command line says nothing else. */
  readonly house: House;
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
    return { opened, log, house: { ...asked, flags: heldTo(flags, recollection.terms) }, keep, leave };
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
