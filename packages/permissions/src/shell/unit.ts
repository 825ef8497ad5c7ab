// One command with all that it runs in turn: the tree a rule is held against.
import { EVALUATES } from "./evaluated.ts";
import { factsOf, type Facts } from "./facts.ts";
import { isKnown, type Word } from "./marks.ts";
import { guessingOnce, type Guess } from "./operands.ts";
import { peel } from "./peel.ts";
import { FETCHED } from "./shells.ts";
import { MISREAD, type Reader } from "./portable.ts";
import { readSource } from "./source.ts";
import { file, type Touch } from "./touch.ts";
import type { Assign } from "./assign.ts";
import { walk, type Simple } from "./walk.ts";
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

/**
 * What is still looked at of a text that could mean any number of commands. `guesses`: places at which one may begin. `words`: of commands within
 * commands; below zero something was left out. `unread`: texts within it that bash or another shell may read otherwise. `evaluates`: what is quoted
 * may be run.
 */
export type Budget = {
  readonly home: string | undefined;
  readonly guess: Guess;
  readonly unread: string[];
  evaluates: boolean;
  guesses: number;
  words: number;
};
const MOST_GUESSES = 600;
const LEAST_WORDS = 4_000;
/** `text`: all of it. As many words within it as it has letters: what is taken apart grows with the text, however it nests. */
export const budgetFor = (home: string | undefined, text: string): Budget => ({
  home,
  guess: guessingOnce(),
  unread: [],
  evaluates: false,
  guesses: MOST_GUESSES,
  words: LEAST_WORDS + text.length,
});
const SPENT = -1;
const MOST_RUNS = 64; // of one command
/** What a script costs: as much as so many words, and one for so many letters. */
const PER_SCRIPT = 32;
const LETTERS = 4;

/** Spends them; false where there aren't as many left. */
function afford(budget: Budget, words: number): boolean {
  if (budget.words >= 0) budget.words -= words;
  return budget.words >= 0;
}

/** `counted`: it is one of those within others, which may be too many; else it is always looked at, and only what it runs may be. */
export function unitOf(command: Simple, budget: Budget, depth = 0, counted = depth > 0): Unit {
  const { words, assigns, raw, at } = command;
  if (counted && !afford(budget, words.length + 1)) return { ...UNREAD, words, assigns, raw, at };
  const sets = assigns.map((one) => one.raw);
  const facts = factsOf(words, at, sets, budget.guess);
  if (depth > DEEPEST) return unread(command, facts, budget);
  const peeled = peel(command);
  const start = peeled.elsewhere ? { ...at, lost: true } : at;
  const behind = (inner: readonly Word[], cost: number): Unit =>
    unitOf({ ...command, ...innerOf(inner, peeled.sets), at: start }, budget, depth + cost);
  const inner = peeled.scripts.map((text) => scriptOf(text, { at, depth, reader: peeled.reader ?? command.reader }, budget));
  const guessed = peeled.guesses.slice(0, Math.max(0, budget.guesses));
  budget.guesses -= guessed.length;
  const lost = guessed.length < peeled.guesses.length ? "it may run any of its words" : undefined;
  const runs = [
    ...peeled.runs.slice(0, MOST_RUNS).map((one) => () => behind(one, PER_WRAPPER)),
    ...guessed.map((one) => () => behind(one, PER_GUESS)),
  ].flatMap((look) => (budget.words < 0 ? [] : look()));
  if (peeled.runs.length > MOST_RUNS) budget.words = SPENT;
  const hidden = peeled.hides ?? inner.find((one) => one.why !== undefined)?.why ?? lost ?? (budget.words < 0 ? DEEP : undefined);
  if (hidden === EVALUATES) budget.evaluates = true;
  return {
    words,
    assigns,
    raw,
    at,
    facts: { ...facts, touches: [...facts.touches, ...inner.flatMap(({ touches }) => touches)] },
    through: peeled.through && behind(peeled.through, PER_WRAPPER),
    runs: [...runs, ...inner.flatMap(({ units }) => units)],
    codes: peeled.codes,
    hides: hidden === undefined ? undefined : { why: hidden, made: !NOT_MADE.has(hidden) },
  };
}

/** What is run then is looked for in the text. */
const NOT_MADE = new Set<string>([FETCHED, MISREAD, EVALUATES]);
const DEEP = "it nests too deep";
/** Nothing of it is known: a text that holds one is looked at as a whole too, see analyse.ts. */
const UNREAD: Pick<Unit, "facts" | "through" | "runs" | "codes" | "hides"> = {
  facts: { tells: false, edits: false, known: false, touches: [] },
  through: undefined,
  runs: [],
  codes: [],
  hides: { why: DEEP, made: true },
};

const innerOf = (words: readonly Word[], sets: readonly string[]): Pick<Simple, "words" | "assigns" | "raw"> => ({
  words,
  assigns: sets.map((raw) => ({ name: raw.split("=")[0] ?? "", raw, value: undefined })),
  raw: words.map((word) => word.raw).join(" "),
});

const LONGEST_TAIL = 30; // words

/** Too deep to be taken apart: a command may begin at any of its words. */
function unread({ words, assigns, raw, at }: Simple, facts: Facts, budget: Budget): Unit {
  const leaf = { at, through: undefined, runs: [], codes: [], hides: { why: DEEP, made: true } } as const;
  const runs: Unit[] = [];
  for (let start = 1; start < words.length; start += 1) {
    const tail = words.slice(start, start + LONGEST_TAIL);
    if (!afford(budget, tail.length)) break;
    runs.push({ ...leaf, ...innerOf(tail, []), facts: factsOf(tail, at, [], budget.guess) });
  }
  return { ...leaf, words, assigns, raw, facts, runs };
}

type Script = { readonly units: readonly Unit[]; readonly touches: readonly Touch[]; readonly why: string | undefined };

type Inner = { readonly at: Whereabouts; readonly depth: number; readonly reader: Reader };

function scriptOf(text: string, { at, depth, reader }: Inner, budget: Budget): Script {
  if (!afford(budget, PER_SCRIPT + text.length / LETTERS)) return { units: [], touches: [], why: DEEP };
  if (text.trim() === "") return { units: [], touches: [], why: undefined };
  const { script, why, whole } = readSource(text, reader);
  if (!whole) budget.unread.push(text);
  if (!script) return { units: [], touches: [], why };
  const walked = walk(script, at, { home: budget.home, text, reader });
  const touches = walked.redirects.flatMap((one) => file(one.do, one.word, one.at));
  return {
    units: walked.commands.map((one) => unitOf(one, budget, depth + 1)),
    touches,
    why: why ?? walked.opaque.find(({ runs }) => runs)?.why,
  };
}

/** They and all that they run, each before what it runs. */
export function within(units: readonly Unit[], all: Unit[] = []): readonly Unit[] {
  for (const unit of units) {
    all.push(unit);
    if (unit.through) within([unit.through], all);
    within(unit.runs, all);
  }
  return all;
}

/** Names that only say how a program speaks or shows: an allowance looks past them. */
const SAFE =
  /^(?:NODE_ENV|LANG|LANGUAGE|LC_[A-Z]+|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|CLICOLOR_FORCE|CI|TERM|COLORTERM|COLUMNS|LINES|DEBUG|VERBOSE|RUST_BACKTRACE|RUST_LOG|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|GIT_OPTIONAL_LOCKS|GOOS|GOARCH)$/;
export const isSafe = ({ name, value }: Assign): boolean => SAFE.test(name) && value !== undefined && isKnown(value);
