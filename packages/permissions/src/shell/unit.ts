// One command with all that it runs in turn: the tree a rule is held against.
import { factsOf, type Facts } from "./facts.ts";
import { isKnown, type Word } from "./marks.ts";
import { FETCHED, peel } from "./peel.ts";
import { readSource } from "./source.ts";
import { file, type Touch } from "./touch.ts";
import { walk, type Assign, type Simple } from "./walk.ts";
import type { Whereabouts } from "./whereabouts.ts";

export type Unit = {
  readonly words: readonly Word[];
  readonly assigns: readonly Assign[];
  readonly raw: string;
  readonly at: Whereabouts;
  readonly facts: Facts;
  /** Behind a wrapper that an allowance looks through. */
  readonly through: Unit | undefined;
  /** What else it runs. */
  readonly runs: readonly Unit[];
  readonly codes: readonly string[];
  /** Why a program may run here that no word names. `made`: even its name is made as it runs. */
  readonly hides: { readonly why: string; readonly made: boolean } | undefined;
};

const DEEPEST = 6; // scripts within scripts
const PER_WRAPPER = 0.2; // of a script's depth
const PER_GUESS = 2;

/** Places at which a command may begin that are still looked at, in full or for themselves. Some texts could mean any number of them. */
export type Budget = { readonly home: string | undefined; guesses: number; leaves: number };
const MOST_GUESSES = 600;
const MOST_LEAVES = 3_000;
export const budgetFor = (home: string | undefined): Budget => ({ home, guesses: MOST_GUESSES, leaves: MOST_LEAVES });

export function unitOf(command: Simple, budget: Budget, depth = 0): Unit {
  const { words, assigns, raw, at } = command;
  const sets = assigns.map((one) => one.raw);
  const facts = factsOf(words, at, sets);
  if (depth > DEEPEST) return unread(command, facts, budget);
  const peeled = peel(command);
  const start = peeled.elsewhere ? { ...at, lost: true } : at;
  const behind = (inner: readonly Word[], cost: number): Unit =>
    unitOf({ ...command, ...innerOf(inner, peeled.sets), at: start }, budget, depth + cost);
  const inner = peeled.scripts.filter((text) => text.trim() !== "").map((text) => scriptOf(text, at, budget, depth));
  const guessed = peeled.guesses.slice(0, Math.max(0, budget.guesses));
  budget.guesses -= guessed.length;
  const lost = guessed.length < peeled.guesses.length ? "it may run any of its words" : undefined;
  const hidden = peeled.hides ?? inner.find((one) => one.why !== undefined)?.why ?? lost;
  return {
    words,
    assigns,
    raw,
    at,
    facts: { ...facts, touches: [...facts.touches, ...inner.flatMap(({ touches }) => touches)] },
    through: peeled.through && behind(peeled.through, PER_WRAPPER),
    runs: [
      ...peeled.runs.map((one) => behind(one, PER_WRAPPER)),
      ...guessed.map((one) => behind(one, PER_GUESS)),
      ...inner.flatMap(({ units }) => units),
    ],
    codes: peeled.codes,
    hides: hidden === undefined ? undefined : { why: hidden, made: hidden !== FETCHED },
  };
}

const innerOf = (words: readonly Word[], sets: readonly string[]): Pick<Simple, "words" | "assigns" | "raw"> => ({
  words,
  assigns: sets.map((raw) => ({ name: raw.split("=")[0] ?? "", raw, value: undefined })),
  raw: words.map((word) => word.raw).join(" "),
});

const MOST_TAILS = 300;
const LONGEST_TAIL = 30; // words

/** Too deep to be taken apart: a command may begin at any of its words. */
function unread({ words, assigns, raw, at }: Simple, facts: Facts, budget: Budget): Unit {
  const leaf = { at, through: undefined, runs: [], codes: [], hides: { why: "it nests too deep", made: true } } as const;
  const tails = words.slice(1, 1 + Math.max(0, Math.min(MOST_TAILS, budget.leaves)));
  budget.leaves -= tails.length;
  const runs = tails.map((_, index): Unit => {
    const tail = words.slice(index + 1, index + 1 + LONGEST_TAIL);
    return { ...leaf, ...innerOf(tail, []), facts: factsOf(tail, at, []) };
  });
  return { ...leaf, words, assigns, raw, facts, runs };
}

type Script = { readonly units: readonly Unit[]; readonly touches: readonly Touch[]; readonly why: string | undefined };

function scriptOf(text: string, at: Whereabouts, budget: Budget, depth: number): Script {
  const { script, why } = readSource(text);
  if (!script) return { units: [], touches: [], why };
  const walked = walk(script, at, { home: budget.home, text });
  const touches = walked.redirects.flatMap((one) => file(one.do, one.word, one.at));
  return {
    units: walked.commands.map((one) => unitOf(one, budget, depth + 1)),
    touches,
    why: why ?? walked.opaque.find(({ runs }) => runs)?.why,
  };
}

/** It and all that it runs. */
export function* within(unit: Unit): Generator<Unit> {
  yield unit;
  if (unit.through) yield* within(unit.through);
  for (const one of unit.runs) yield* within(one);
}

/** Names that only say how a program speaks or shows: an allowance looks past them. */
const SAFE =
  /^(?:NODE_ENV|LANG|LANGUAGE|LC_[A-Z]+|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|CLICOLOR_FORCE|CI|TERM|COLORTERM|COLUMNS|LINES|DEBUG|VERBOSE|RUST_BACKTRACE|RUST_LOG|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|GIT_OPTIONAL_LOCKS|GOOS|GOARCH)$/;
export const isSafe = ({ name, value }: Assign): boolean => SAFE.test(name) && value !== undefined && isKnown(value);
