import type { Machine } from "./machine.ts";
import { LONGEST_INPUT, readPiped } from "./piped.ts";

/** What to ask the model: what stands on the command line, behind it what is piped in. `note`: something the person should know. */
export type Prompt =
  | { readonly got: "prompt"; readonly text: string; readonly note?: string }
  | { readonly got: "none" }
  | { readonly got: "go on" } // with what the session has to do yet
  | { readonly got: "refused"; readonly text: string };

/** An open pipe that says nothing for so long (milliseconds) has nothing to say, as under many schedulers. */
export const PATIENCE_MS = 3_000;
/** Where stdin is all that there can be: as long as a timer takes. */
const EVER_MS = 2 ** 31 - 1;
export const NO_PROMPT = 'No prompt: keel -p "what to do", or pipe it in. (Behind --allowedTools or --add-dir it goes after --.)';

type Places = Pick<Machine, "stdin" | "hasInput" | "clock">;

export async function readPrompt(words: string, places: Places, signal: AbortSignal): Promise<Prompt> {
  const typed = words.trim();
  return combine(typed, places, typed === "" ? EVER_MS : PATIENCE_MS, signal);
}

/** For `keel` without any argument: what is piped in, if something is. */
export async function peekPrompt(places: Places, signal: AbortSignal): Promise<Prompt> {
  return combine("", places, PATIENCE_MS, signal);
}

async function combine(typed: string, places: Places, patienceMs: number, signal: AbortSignal): Promise<Prompt> {
  const comes = places.hasInput && !places.stdin.isTTY;
  const piped = comes ? await readPiped(places.stdin, places.clock, patienceMs, signal) : ({ got: "nothing" } as const);
  switch (piped.got) {
    case "text":
      return { got: "prompt", text: typed === "" ? piped.text : `${typed}\n\n${piped.text}` };
    case "nothing":
      return typed === "" ? { got: "none" } : { got: "prompt", text: typed };
    case "silent":
      if (typed === "") return { got: "none" };
      return {
        got: "prompt",
        text: typed,
        note: `Nothing came from stdin for ${patienceMs / 1_000} s: going on without it. (< /dev/null says so at once.)`,
      };
    case "too_long":
      return {
        got: "refused",
        text: `What is piped in is over ${LONGEST_INPUT / 2 ** 20} MB. Put it in a file, and name the file in the prompt.`,
      };
    case "unreadable":
      return { got: "refused", text: `stdin can't be read: ${piped.why}` };
  }
}
