/**
 * Takes up what was read anew, between two turns. Rule: the bytes before the messages stay as they are while a cache holds them; what came
 * meanwhile is told behind the last step, once.
 */
import type { Event, Ports } from "@keelson/protocol";
import type { Dials } from "../dials.ts";
import type { Gathered } from "../gather.ts";
import type { Recollection } from "../recollection.ts";
import type { Toolbox } from "../toolbox.ts";
import type { Prefix } from "./prefix.ts";
import type { LiveReadings } from "./readings.ts";

export type Renewing = {
  readonly readings: LiveReadings;
  readonly prefix: Prefix;
  readonly toolbox: Pick<Toolbox, "renew">;
  readonly dials: Pick<Dials, "due">;
  readonly recollection: Pick<Recollection, "revision" | "listing">;
  /** The log began before this program. */
  readonly resumed: boolean;
  /** What the model is told of the skills of this user and folder; empty where it starts none. */
  readonly listing: () => string;
};

export function renewing(of: Renewing, prepare: Ports["prepare"]): Ports["prepare"] {
  let told: Gathered | undefined;
  return async function* (state, signal) {
    const { readings, prefix, toolbox, dials } = of;
    const model = dials.due ?? state.model;
    const { taken: before, newest } = readings;
    const said = told ?? before;
    const began = told === undefined;
    readings.taken = told = newest;
    const afresh = prefix.sent(model) === undefined;
    if (afresh) toolbox.renew(newest);
    const written = prefix.last?.from;
    if (said !== newest || (afresh && written !== undefined && written !== newest))
      yield* (await import("./tell.ts")).tellChange({ before, after: newest, said, written, afresh, model }, of);
    else if (began && of.resumed) yield* relisted(of);
    return yield* prepare(state, signal);
  };
}

/** The listing of the first prompt may be long ago. */
async function* relisted(of: Renewing): AsyncGenerator<Event> {
  const live = of.listing();
  const { digestOf, tellListing } = await import("./tell.ts");
  if ((live === "" ? "" : digestOf(live)) !== (of.recollection.listing ?? "")) yield* tellListing(live);
}
