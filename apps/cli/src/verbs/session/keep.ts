import { departure } from "../../departure.ts";
import { DONE, FAILED } from "../../exit.ts";
import { shortId } from "../../session-words.ts";
import { complain, say } from "../../tell.ts";
import type { SessionAsked } from "../lines/session.ts";
import { named, type Shelf } from "./session.ts";

/** Characters of an id: a slip of the hand deletes nothing. */
const SHORTEST = 4;

/** By ids only: nobody deletes by words what they didn't see. One that can't be deleted doesn't keep the others. */
export async function remove({ ids }: Extract<SessionAsked, { what: "delete" }>, shelf: Shelf): Promise<number> {
  const { sessions, machine } = shelf;
  let code: number = DONE;
  for (const id of ids) {
    const session = await named(id, shelf);
    if (typeof session === "number") {
      code = session;
      continue;
    }
    const whole = session.ref.session;
    const trouble =
      whole.startsWith(id) && id.length >= SHORTEST
        ? await sessions.remove(session)
        : `${id} isn't enough to delete ${shortId(whole)} (${session.title}): name it by its id.`;
    if (trouble !== undefined) code = await complain(trouble, machine, FAILED);
    else await say(`Deleted ${shortId(whole)}${session.title === "" ? "" : ` (${session.title})`}.`, machine, DONE);
  }
  return code;
}

export async function reindex({ sessions, machine }: Shelf): Promise<number> {
  using leaving = departure(machine);
  const number = await sessions.reindex(leaving.signal);
  const why = leaving.reason();
  if (why) return why.code;
  return await say(`${number} ${number === 1 ? "session is" : "sessions are"} in the index.`, machine, DONE);
}
