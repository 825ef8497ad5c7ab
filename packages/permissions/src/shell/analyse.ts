// All that a command for bash may do, as far as its text tells. Never throws: what can't be taken apart is said to be so,
// and what it shows of commands is given all the same, so that a restriction can be held against it.
import type { AnalyseShell, Effect } from "@keelson/protocol";
import { isWithin, tidy } from "../path/links.ts";
import { digestOf, saidIn, type Digest, type Said } from "./digest.ts";
import { substitutionsIn, wordsAnywhere } from "./fallback.ts";
import type { Opaque } from "./hidden.ts";
import { literal, type Word } from "./marks.ts";
import { throughMade } from "./made.ts";
import { readerOf } from "./portable.ts";
import { runsWhatItMakes } from "./run-made.ts";
import { readSource } from "./source.ts";
import { file, type Touch } from "./touch.ts";
import { folderOf } from "../path/wildcard.ts";
import { budgetFor, isSafe, unitOf, type Budget, type Unit } from "./unit.ts";
import { walk } from "./walk.ts";
import type { Whereabouts } from "./whereabouts.ts";

export type Analysis = {
  readonly text: string;
  readonly units: readonly Unit[];
  /** Of redirects. */
  readonly touches: readonly Touch[];
  readonly opaque: readonly Opaque[];
  /** Why the text can't be relied on at all: then `units` over-approximate. */
  readonly broken: string | undefined;
  readonly digest: () => Digest;
  readonly said: () => Said;
};

type Found = Omit<Analysis, "digest" | "said">;

/** Both are made when they are first asked for. */
function digested(found: Found): Analysis {
  let made: Digest | undefined;
  let said: Said | undefined;
  const digest = (): Digest => (made ??= digestOf(found.units, found.touches));
  return { ...found, digest, said: () => (said ??= saidIn(digest().all)) };
}

/** `cwd`: where it starts, absolute. `home`: what a tilde means; undefined when that isn't known. */
export function analyseText(text: string, cwd: string, home: string | undefined): Analysis {
  try {
    return digested(read(text, cwd, home));
  } catch {
    const units = fallback(text, { folders: [cwd], lost: true });
    return digested({ text, units, touches: [], opaque: [], broken: "it can't be taken apart" });
  }
}

function read(text: string, cwd: string, given: string | undefined): Found {
  const reader = readerOf(text);
  const { script, why, whole } = readSource(text, reader);
  const home = /(?<![${\w/])HOME(?!\w)/.test(text) ? undefined : given; // it may be set to another folder
  const at: Whereabouts = { folders: [cwd], lost: ELSEWHERE.test(text) };
  const budget = budgetFor(home, text);
  const walked = script && walk(script, at, { home, text, reader });
  const units = walked?.commands.map((one) => unitOf(one, budget)) ?? [];
  const evaluates = budget.evaluates || walked?.opaque.some(({ runs }) => runs) === true;
  const shown = [!whole || budget.words < 0 ? text : evaluates ? substitutionsIn(text) : "", ...budget.unread].join("\n").trim();
  const touches = walked?.redirects.flatMap((one) => file(one.do, one.word, one.at)) ?? [];
  const made = runsWhatItMakes(units, touches);
  return throughMade({
    text,
    units: shown === "" ? units : [...units, ...fallback(shown, at)],
    touches,
    opaque: [...(walked?.opaque ?? []), ...(made ? [made] : []), ...(WIDENS.test(text) ? [WIDER] : [])],
    broken: why ?? walked?.opaque.find(({ misleads }) => misleads)?.why,
  });
}

/** Settings by which a `cd`, or git, works in another folder than it says. */
const ELSEWHERE = /(?<!\w)CDPATH(?!\w)|(?<![${\w])PWD\s*=|GIT_WORK_TREE|(?<!\w)GIT_DIR(?!\w)|core\.worktree/i;
/** Settings by which a wildcard stands for more than it does here. */
const WIDENS = /dotglob|globstar|nocaseglob|GLOBIGNORE|BASHOPTS/;
const WIDER: Opaque = { why: "it changes what wildcards stand for", runs: true };

function fallback(text: string, at: Whereabouts): readonly Unit[] {
  const budget: Budget = { ...budgetFor(undefined, ""), guesses: 0 }; // at each word one begins already
  const known = new Map<string, Word>();
  const wordOf = (one: string): Word => {
    const word = known.get(one) ?? literal(one);
    known.set(one, word);
    return word;
  };
  return wordsAnywhere(text).map((words) =>
    unitOf(
      { words: words.map(wordOf), assigns: [], raw: words.join(" "), at, input: { from: "elsewhere" }, reader: "posix" },
      budget,
      FALLBACK_DEPTH,
      false,
    ),
  );
}
/** A wrapper's command is looked at, not more. */
const FALLBACK_DEPTH = 5;

/** For tools: is it safe to run beside others, and which files and hosts are named. */
export const createAnalyse =
  (home: string): AnalyseShell =>
  (text, cwd) => {
    const analysis = analyseText(text, cwd, home);
    const { touches } = analysis.digest();
    const inside = (touch: Touch): boolean =>
      touch.do !== "net" &&
      touch.do !== "write" &&
      touch.do !== "delete" &&
      !touch.place.unknown &&
      touch.place.paths.every((path) => isWithin(tidy(folderOf(path)), tidy(cwd)));
    const readOnly =
      analysis.broken === undefined &&
      analysis.opaque.length === 0 &&
      analysis.units.length > 0 &&
      analysis.units.every(tellsOnly) &&
      touches.every(inside);
    return { readOnly, effects: effectsOf(analysis, touches) };
  };

/** No command of it could change anything; where it looks is another question. */
export const onlyTells = ({ broken, opaque, units, touches }: Analysis): boolean =>
  broken === undefined &&
  opaque.length === 0 &&
  units.length > 0 &&
  units.every(tellsOnly) &&
  touches.every((touch) => touch.do === "read");

/** Every command of it stands in the table of those that only tell. */
export function tellsOnly(unit: Unit): boolean {
  if (!unit.assigns.every(isSafe) || unit.words.length === 0) return false;
  if (unit.through) return tellsOnly(unit.through);
  return unit.facts.tells && unit.runs.length === 0 && unit.hides === undefined;
}

function effectsOf({ broken, opaque, digest }: Analysis, touches: readonly Touch[]): readonly Effect[] {
  const effects: Effect[] = [];
  for (const touch of touches) {
    if (touch.do === "net")
      effects.push(
        touch.host === undefined ? { do: "unknown", why: "it may speak to a network" } : { do: "connect", url: `https://${touch.host}/` },
      );
    else if (touch.do !== "cd" && touch.guessed !== true) effects.push(...fileEffects(touch));
  }
  const { all } = digest();
  const unread =
    broken ??
    opaque[0]?.why ??
    all.find(({ hides }) => hides !== undefined)?.hides?.why ??
    (all.some((unit) => !unit.facts.known && !unit.through) ? "it runs a program that isn't known" : undefined);
  return unread === undefined ? effects : [...effects, { do: "unknown", why: unread }];
}

function fileEffects(touch: Exclude<Touch, { do: "net" }>): readonly Effect[] {
  const kind = touch.do === "list" || touch.do === "cd" ? "read" : touch.do;
  const whole = touch.under === true || touch.place.paths.some((path) => folderOf(path) !== path);
  const named = touch.place.paths.map((path): Effect => {
    return { do: kind, path: tidy(folderOf(path)), ...(whole && touch.do !== "list" && { under: true }) };
  });
  return touch.place.unknown ? [...named, { do: "unknown", why: `it may ${kind} files that its text doesn't name` }] : named;
}
