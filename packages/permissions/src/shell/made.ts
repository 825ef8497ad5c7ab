// Links that a command makes, and what it does through them: no disk tells of these before it runs.
import { tidy } from "../path/links.ts";
import { folderOf } from "../path/wildcard.ts";
import { linkedBy } from "./files.ts";
import { isKnown, MARK, type Word } from "./marks.ts";
import { anyName } from "./program.ts";
import { placeOf, type Touch } from "./touch.ts";
import { within, type Unit } from "./unit.ts";
import { within as beneath, type Whereabouts } from "./whereabouts.ts";

/** `at`: in normal form, without case. `to`: none where that can't be told. */
type Made = { readonly at: string; readonly to: readonly string[] };
/** `anywhere`: where one of them stands can't be told. */
type AllMade = { readonly links: readonly Made[]; readonly anywhere: boolean };

const MOST = 16;
const MOST_PATHS = 32; // that one path may lead to

/** The same units and touches, each path that leads through such a link with where it leads. */
export function throughMade<T extends { readonly units: readonly Unit[]; readonly touches: readonly Touch[] }>(found: T): T {
  const made = madeBy(found.units);
  if (made.links.length === 0 && !made.anywhere) return found;
  const known = new Map<Touch, Touch>();
  const led = (touch: Touch): Touch => {
    const there = known.get(touch) ?? leads(touch, made);
    known.set(touch, there);
    return there;
  };
  const unitLed = (unit: Unit): Unit => {
    const touches = unit.facts.touches.map(led);
    const rerouted = touches.some((touch, at) => touch !== unit.facts.touches[at]);
    return {
      ...unit,
      facts: { ...unit.facts, touches, ...(rerouted && { rerouted }) },
      through: unit.through && unitLed(unit.through),
      runs: unit.runs.map(unitLed),
    };
  };
  return { ...found, units: found.units.map(unitLed), touches: found.touches.map(led) };
}

function madeBy(units: readonly Unit[]): AllMade {
  const links: Made[] = [];
  let anywhere = false;
  for (const { words, at } of within(units)) {
    const [program, ...others] = words;
    const name = program && anyName(program);
    const linked = name === undefined ? undefined : linkedBy(name, others, at);
    for (const { from, target } of linked ?? []) {
      const place = placeOf(target.text, at);
      anywhere ||= place.unknown || target.text.includes(MARK.glob) || links.length + place.paths.length > MOST;
      if (!anywhere) links.push(...place.paths.map((path) => ({ at: fold(tidy(path)), to: sourcesOf(from, path, at) })));
    }
  }
  return { links, anywhere };
}

const fold = (path: string): string => path.toLowerCase();

/** A symbolic one counts from where it stands, another from where the command runs. */
function sourcesOf(from: Word, path: string, at: Whereabouts): readonly string[] {
  if (!isKnown(from) || at.lost) return [];
  const folder = tidy(path).replace(/\/[^/]*$/, "") || "/";
  return [...new Set([...at.folders, folder].map((one) => beneath(one, from.text)))];
}

function leads(touch: Touch, made: AllMade): Touch {
  if (touch.do === "net" || touch.guessed || touch.kept) return touch;
  const paths = new Set(touch.place.paths);
  let unknown = touch.place.unknown;
  const follows = touch.do !== "delete" || touch.over === true;
  for (const path of paths) {
    for (const { to, rest } of made.links.flatMap((link) => reaches(path, link, follows))) {
      unknown ||= to.length === 0 || paths.size + to.length > MOST_PATHS;
      if (paths.size <= MOST_PATHS) for (const one of to) paths.add(one + rest);
    }
    unknown ||= wildOver(path, made.links) || (made.anywhere && touch.do !== "list" && touch.do !== "cd");
  }
  if (paths.size === touch.place.paths.length && unknown === touch.place.unknown) return touch;
  return { ...touch, place: { paths: [...paths], unknown } };
}

/** `follows`: a link at the end is followed too, as it is before a slash. */
function reaches(path: string, { at, to }: Made, follows: boolean): readonly { readonly to: readonly string[]; readonly rest: string }[] {
  let reached = "";
  for (let start = 0; start < path.length;) {
    const next = path.indexOf("/", start + 1);
    const end = next === -1 ? path.length : next;
    const name = path.slice(start + 1, end);
    start = end;
    if (name === "..") reached = reached.slice(0, Math.max(0, reached.lastIndexOf("/")));
    else if (name !== "" && name !== ".") reached += `/${fold(name)}`;
    if (reached === at && (end < path.length || follows)) return [{ to, rest: path.slice(end) }];
  }
  return [];
}

/** Could a wildcard stand for a link, and more be named behind it? */
function wildOver(path: string, links: readonly Made[]): boolean {
  const wild = path.indexOf(MARK.glob);
  if (wild === -1 || !path.slice(wild).includes("/")) return false;
  const folder = fold(tidy(folderOf(path)));
  return links.some(({ at }) => folder === "/" || at.startsWith(`${folder}/`));
}
