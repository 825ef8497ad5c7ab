import type { Block, Envelope } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { troubleOf } from "./ending.ts";
import { EXIT, FAILED } from "./exit.ts";
import { count, type Tally } from "./tally.ts";
import { holdYoung } from "./young.ts";

/** How a run ended. `trouble`: one line; undefined when it did what it was asked, and only then is `code` 0. */
export type Followed = { readonly tally: Tally; readonly trouble: string | undefined; readonly code: number };
/** `accepted`: the ids of the prompt's words, where they were accepted before. */
type Follower = {
  readonly from: Tally;
  readonly each: (envelope: Envelope, tally: Tally) => Promise<void>;
  readonly accepted?: readonly string[];
};

/** Takes a prompt to its end, whatever happens: a session that breaks is an end with a reason, too. */
export async function follow(
  prompt: readonly Block[],
  session: Pick<Session, "run">,
  { from, each, accepted }: Follower,
  signal: AbortSignal,
): Promise<Followed> {
  let tally = from;
  try {
    for await (const envelope of session.run(prompt, signal, accepted)) {
      tally = count(tally, envelope);
      if (envelope.event.type === "turn.started" && envelope.event.turn > 0) holdYoung(); // what a run needs is loaded by then
      await each(envelope, tally);
    }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { tally: { ...tally, end: undefined }, trouble: words.replaceAll(/\s*[\r\n]+\s*/g, " "), code: FAILED };
  }
  return { tally, trouble: troubleOf(tally), code: tally.end === undefined || tally.unsaved !== undefined ? FAILED : EXIT[tally.end] };
}
