// All that a text is taken apart into, as restrictions are held against it: each command, spelling and touch once, however often it is said,
// so that a rule looks at no more than the text holds.
import { gitCall } from "./git.ts";
import { holdsMark, isUnknown, type Word } from "./marks.ts";
import { canonical, oneLine } from "./pattern.ts";
import { anyName, baseName } from "./program.ts";
import type { Touch } from "./touch.ts";
import { within, type Unit } from "./unit.ts";

export type Digest = {
  readonly all: readonly Unit[];
  /** Of redirects and commands. */
  readonly touches: readonly Touch[];
};
/** Their words, as rules on commands are compared. */
export type Said = {
  /** Commands letter for letter, on one line. */
  readonly raws: ReadonlySet<string>;
  /** Canonical words: as they stand, by the program's bare name, without the options before git's command. */
  readonly spellings: ReadonlySet<string>;
  /** Of programs with an option first: any of the words may belong to options too, see `shortened`. */
  readonly optioned: readonly Optioned[];
  /** Those before the first word that can't be told. */
  readonly leads: ReadonlySet<string>;
  /** In other languages, in small letters. */
  readonly codes: ReadonlySet<string>;
};
/** Canonical. */
export type Optioned = { readonly program: string; readonly words: string };

export function digestOf(units: readonly Unit[], redirects: readonly Touch[]): Digest {
  const all = within(units);
  return { all, touches: distinct([...redirects, ...all.flatMap(({ facts }) => facts.touches)]) };
}

/** One with the same words and assignments as another says nothing more. */
export function saidIn(all: readonly Unit[]): Said {
  const raws = new Set<string>();
  const spellings = new Set<string>();
  const optioned: Optioned[] = [];
  const leads = new Set<string>();
  const codes = new Set<string>();
  const known = { git: new Set<string>(), other: new Set<string>() };
  for (const unit of all) {
    const [program, ...others] = unit.words.map(({ text }) => text);
    if (unit.words.length > 0) raws.add(oneLine(unit.raw));
    for (const code of unit.codes) codes.add(code.toLowerCase());
    if (program === undefined) continue;
    const rest = canonical(others);
    const itself = canonical([program]);
    const spelled = join(itself, rest);
    if (unit.assigns.length > 0) spellings.add(`${canonical(unit.assigns.map(({ raw }) => raw))} ${spelled}`);
    const before = unit.facts.git ? known.git : known.other;
    if (before.has(spelled)) continue;
    before.add(spelled);
    const git = unit.facts.git ? canonical(gitCall(unit.words).words.map(({ text }) => text)) : undefined;
    for (const name of namesOf(unit.words[0])) {
      spellings.add(name === itself ? spelled : join(name, rest));
      if (git !== undefined) spellings.add(join(name, git));
      if (others[0]?.startsWith("-") && others.length <= MOST_CUT) optioned.push({ program: name, words: rest });
    }
    for (const lead of leadsOf(unit.words)) leads.add(lead);
  }
  return { raws, spellings, optioned, leads, codes };
}

/** Each once; a few may stand twice that are the same with others between them. */
function distinct(touches: readonly Touch[]): readonly Touch[] {
  const known = new Map<string, Touch>();
  return [...new Set(touches)].filter((touch) => {
    const key = keyOf(touch);
    const before = known.get(key);
    if (before !== undefined && isSamePlace(before, touch)) return false;
    known.set(key, touch);
    return true;
  });
}

/** All but the paths, of which it holds the last: together they may be long. */
function keyOf(touch: Touch): string {
  if (touch.do === "net") return `net ${touch.host ?? ""}`;
  const { place, under, guessed, single, over, part, kept } = touch;
  const flags = [under, guessed, single, over, part, kept, place.unknown].reduce((all, flag) => 2 * all + (flag === true ? 1 : 0), 0);
  return `${touch.do} ${flags} ${place.paths.at(-1) ?? ""}`;
}

const isSamePlace = (one: Touch, other: Touch): boolean =>
  one.do === "net" ||
  other.do === "net" ||
  (one.place.paths.length === other.place.paths.length && one.place.paths.every((path, at) => path === other.place.paths[at]));

const MOST_CUT = 40;

/** Canonical: as it is written, by its bare name, and in small letters; some disks find RM. */
function namesOf(program: Word | undefined): ReadonlySet<string> {
  if (!program) return new Set();
  const name = anyName(program);
  return new Set([program.text, baseName(program.text), ...(name === undefined ? [] : [name])].map((one) => canonical([one])));
}

/** With the first of its words taken away, the first two, and so on to none. */
export function* shortened({ program, words }: Optioned): Generator<string> {
  for (let at = words.indexOf(" "); at !== -1; at = words.indexOf(" ", at + 1)) yield join(program, words.slice(at + 1));
  yield program;
}

const join = (program: string, words: string): string => (words === "" ? program : `${program} ${words}`);

function leadsOf(words: readonly Word[]): readonly string[] {
  const at = words.findIndex(isUnknown);
  const known = words.slice(0, Math.max(at, 0)).map(({ text }) => text);
  if (at < 1 || known.some(holdsMark)) return [];
  return [known, [baseName(known[0] ?? ""), ...known.slice(1)]].map(canonical);
}
