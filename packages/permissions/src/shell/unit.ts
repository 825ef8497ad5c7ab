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

const DEEPEST = 6;

export function unitOf(command: Simple, home: string | undefined, depth = 0): Unit {
  const { words, assigns, raw, at } = command;
  const facts = factsOf(
    words,
    at,
    assigns.map((one) => one.raw),
  );
  if (depth > DEEPEST)
    return { words, assigns, raw, at, facts, through: undefined, runs: [], codes: [], hides: { why: "it nests too deep", made: true } };
  const { through, runs, scripts, codes, hides, elsewhere, sets } = peel(command);
  const behind = (inner: readonly Word[]): Unit =>
    unitOf(
      {
        ...command,
        words: inner,
        assigns: sets.map((raw) => ({ name: raw.split("=")[0] ?? "", raw, value: undefined })),
        raw: inner.map((word) => word.raw).join(" "),
        at: elsewhere ? { ...at, lost: true } : at,
      },
      home,
      depth + 1,
    );
  const inner = scripts.filter((text) => text.trim() !== "").map((text) => scriptOf(text, at, home, depth));
  const hidden = hides ?? inner.find((one) => one.why !== undefined)?.why;
  return {
    words,
    assigns,
    raw,
    at,
    facts: { ...facts, touches: [...facts.touches, ...inner.flatMap(({ touches }) => touches)] },
    through: through && behind(through),
    runs: [...runs.map(behind), ...inner.flatMap(({ units }) => units)],
    codes,
    hides: hidden === undefined ? undefined : { why: hidden, made: hidden !== FETCHED },
  };
}

type Script = { readonly units: readonly Unit[]; readonly touches: readonly Touch[]; readonly why: string | undefined };

function scriptOf(text: string, at: Whereabouts, home: string | undefined, depth: number): Script {
  const { script, why } = readSource(text);
  if (!script) return { units: [], touches: [], why };
  const walked = walk(script, at, { home, moves: movesIn(text) });
  const touches = walked.redirects.flatMap((one) => file(one.do, one.word, one.at));
  return {
    units: walked.commands.map((one) => unitOf(one, home, depth + 1)),
    touches,
    why: why ?? walked.opaque.find(({ runs }) => runs)?.why,
  };
}

export const movesIn = (text: string): boolean => /(?<![\w-])(?:cd|pushd|popd)(?![\w-])/.test(text);

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
