// All that a text is taken apart into, as restrictions are held against it: each command, spelling and touch once, however often it is said,
// so that a rule looks at no more than the text holds.
import { gitCall } from "./git.ts";
import { holdsMark, isUnknown } from "./marks.ts";
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
  readonly raws: readonly string[];
  /** Canonical words: as they stand, by the program's bare name, with options between the program and its command taken away. */
  readonly spellings: readonly string[];
  /** Those before the first word that can't be told. */
  readonly leads: readonly string[];
  /** In other languages, in small letters. */
  readonly codes: readonly string[];
};

export function digestOf(units: readonly Unit[], redirects: readonly Touch[]): Digest {
  const all = units.flatMap((unit) => [...within(unit)]);
  return { all, touches: distinct([...redirects, ...all.flatMap(({ facts }) => facts.touches)]) };
}

export function saidIn(all: readonly Unit[]): Said {
  const named = all.filter(({ words }) => words.length > 0);
  return {
    raws: [...new Set(named.map(({ raw }) => oneLine(raw)))],
    spellings: [...new Set(named.flatMap(spellings))],
    leads: [...new Set(all.flatMap(leads))],
    codes: [...new Set(all.flatMap(({ codes }) => codes.map((code) => code.toLowerCase())))],
  };
}

function distinct(touches: readonly Touch[]): readonly Touch[] {
  const known = new Map<string, Touch>();
  for (const touch of touches) {
    const key = keyOf(touch);
    if (!known.has(key)) known.set(key, touch);
  }
  return [...known.values()];
}

function keyOf(touch: Touch): string {
  if (touch.do === "net") return `net ${touch.host ?? ""}`;
  const { place, under, guessed, single, over, part, kept } = touch;
  const flags = [under, guessed, single, over, part, kept, place.unknown].map((flag) => (flag === true ? 1 : 0)).join("");
  return `${touch.do} ${flags} ${place.paths.join("\0")}`;
}

const MOST_CUT = 40;

function spellings(unit: Unit): readonly string[] {
  const [program, ...others] = unit.words;
  if (!program) return [];
  const rest = others.map(({ text }) => text);
  const name = anyName(program);
  const names = new Set([program.text, baseName(program.text), ...(name === undefined ? [] : [name])]); // some disks find RM
  const cut = rest[0]?.startsWith("-") && rest.length <= MOST_CUT ? rest.map((_, at) => rest.slice(at + 1)) : [];
  const git = unit.facts.git ? [gitCall(unit.words).words.map(({ text }) => text)] : [];
  const behind = [...new Set([rest, ...cut, ...git].map(canonical))];
  const spelled = [...names].flatMap((one) => behind.map((words) => join(canonical([one]), words)));
  const assigned = unit.assigns.length > 0 ? [canonical([...unit.assigns.map(({ raw }) => raw), program.text, ...rest])] : [];
  return [...spelled, ...assigned];
}

const join = (program: string, words: string): string => (words === "" ? program : `${program} ${words}`);

function leads({ words }: Unit): readonly string[] {
  const at = words.findIndex(isUnknown);
  const known = words.slice(0, Math.max(at, 0)).map(({ text }) => text);
  if (at < 1 || known.some(holdsMark)) return [];
  return [known, [baseName(known[0] ?? ""), ...known.slice(1)]].map(canonical);
}
