// Says of a shell command whether an agent at work in the user's project may run it unattended, by the learned model alone. A guess with
// a number: it orders questions and fills silence, and no rule ever listens to it. What can't be read as shell is never safe.
import { scoreOf, type Model } from "./score.ts";
import { LEARNED, WEIGHTS } from "./weights.ts";

/** `score`: the probability of risky, from 0 to 1. */
export type Classified = { readonly label: "safe" | "risky" | "unsure"; readonly score: number };

const LONGEST_SAFE = 10_000; // characters; what is longer isn't looked at to the end

const model = onFirstUse(readModel);

export function classifyCommand(text: string): Classified {
  const { score: found, alarmed, broken } = scoreOf(text.slice(0, LONGEST_SAFE), model());
  const score = Math.round(found * 1e6) / 1e6;
  if (score >= LEARNED.riskyFrom) return { label: "risky", score };
  const told = !alarmed && !broken && text.length <= LONGEST_SAFE;
  return { label: told && score < LEARNED.safeBelow ? "safe" : "unsure", score };
}

/** Of one line of a file of commands; undefined when it isn't `{"id", "command"}`. */
export function classifyLine(line: string): ({ readonly id: string } & Classified) | undefined {
  const read = parsed(line);
  if (typeof read !== "object" || read === null || !("id" in read) || !("command" in read)) return undefined;
  const { id, command } = read;
  return typeof id === "string" && typeof command === "string" ? { id, ...classifyCommand(command) } : undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // the caller names the line
  }
}

function readModel(): Model {
  const bytes = Buffer.from(WEIGHTS, "base64");
  return { ...LEARNED, weights: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** The same value each time; made when it is first asked for. */
function onFirstUse<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
