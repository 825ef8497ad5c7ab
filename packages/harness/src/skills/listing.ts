/**
 * What the model is told of the skills it may start. Rule: an entry's description has at most 1,536 letters; all entries together have at
 * most 1 % of the window. What doesn't fit loses its description, the least started first (of equals the last by name); names stay as long
 * as they fit by themselves. It depends on the entries and the counts alone.
 */
import { stripInvisible } from "../instructions/invisible.ts";
import type { Entry } from "./shelf.ts";

const LONGEST_ENTRY = 1_536; // characters of description
const PART_OF_WINDOW = 0.01;
const CHARACTERS_PER_TOKEN = 4;
/** Of the budget: the rest is for the user's own skills and the repository's. */
const PART_OF_INSTALLED = 0.75;

/** `window`: tokens. `characters`: of all entries, instead of a part of the window. `counts`: how often each was started in this session, by id. */
export type ListingBounds = {
  readonly window: number;
  readonly longestEntry?: number | undefined;
  readonly partOfWindow?: number | undefined;
  readonly characters?: number | undefined;
  readonly counts?: ReadonlyMap<string, number>;
};
/** `fixed`: the same for all who have the same plugins; `live`: of this user and this folder. Empty where there is nothing to say. */
export type Listing = { readonly fixed: string; readonly live: string };

const HEAD = `# Skills
A skill is a text that tells how to do one kind of work. When one of these fits what is to be done, call Skill with its name before you begin.`;
const LIVE_HEAD = "# Skills of this user and this folder";

export function listSkills(entries: readonly Entry[], bounds: ListingBounds): Listing {
  const budget = budgetOf(bounds);
  const listed = entries.filter(({ forModel, decl }) => forModel && decl.paths === undefined).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const installed = listed.filter(({ origin }) => origin === "installed");
  const own = listed.filter(({ origin }) => origin !== "installed");
  const fixed = headed(HEAD, fit(installed, Math.floor(budget * PART_OF_INSTALLED) - HEAD.length - 1, bounds));
  const head = fixed === "" ? HEAD : LIVE_HEAD;
  return { fixed, live: headed(head, fit(own, budget - fixed.length - head.length - 1, bounds)) };
}

const headed = (head: string, lines: string): string => (lines === "" ? "" : `${head}\n${lines}`);

/** A line for each, within the budget of a listing of their own: for those that come later. */
export function listLines(entries: readonly Entry[], bounds: ListingBounds): string {
  return fit(entries, budgetOf(bounds), bounds);
}

function budgetOf({ characters, window, partOfWindow = PART_OF_WINDOW }: ListingBounds): number {
  return characters ?? Math.floor(window * CHARACTERS_PER_TOKEN * partOfWindow);
}

/** One line of the listing. */
export function entryLine({ id, decl, nameOnly }: Entry, longestEntry = LONGEST_ENTRY): string {
  const about = nameOnly
    ? ""
    : shorten(flat([decl.description, decl.whenToUse ?? ""].filter((part) => part !== "").join(" - ")), longestEntry);
  return about === "" ? nameLine(id) : `${nameLine(id)}: ${about}`;
}

const nameLine = (id: string): string => `- ${flat(id)}`;
/** As most are: to look for what hides in a text takes far longer than to see that nothing can. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;
const flat = (text: string): string => (PLAIN.test(text) ? text : stripInvisible(text).text.replaceAll(/\s+/g, " ").trim());

function fit(entries: readonly Entry[], budget: number, { counts, longestEntry }: ListingBounds): string {
  const countOf = ({ id }: Entry): number => counts?.get(id) ?? 0;
  const leastFirst = entries.toSorted((a, b) => countOf(a) - countOf(b) || (a.id < b.id ? 1 : -1));
  if (entries.reduce((sum, { id }) => sum + id.length, 0) > budget) return someNames(entries, leastFirst, budget); // before all are written
  const lines = new Map(entries.map((entry) => [entry, entryLine(entry, longestEntry)]));
  let size = sizeOf(lines.values());
  for (const entry of leastFirst) {
    if (size <= budget) break;
    const bare = nameLine(entry.id);
    size -= (lines.get(entry) ?? "").length - bare.length;
    lines.set(entry, bare);
  }
  if (size <= budget) return [...lines.values()].join("\n");
  return someNames(entries, leastFirst, budget);
}

/** So many skills that not even their names fit. */
function someNames(entries: readonly Entry[], leastFirst: readonly Entry[], budget: number): string {
  const more = (left: number): string => `- … and ${left} more: call Skill with a word of what you look for, and it names those that fit.`;
  const kept = new Set<Entry>();
  let room = budget - more(entries.length).length;
  for (const entry of leastFirst.toReversed()) {
    room -= nameLine(entry.id).length + 1;
    if (room < 0) break;
    kept.add(entry);
  }
  return [...entries.filter((entry) => kept.has(entry)).map(({ id }) => nameLine(id)), more(entries.length - kept.size)].join("\n");
}

const sizeOf = (lines: Iterable<string>): number => [...lines].reduce((sum, line) => sum + line.length + 1, -1);

function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Those that a word speaks of: for a name that doesn't exist, or that the listing has no room for. */
export function findSkills(entries: readonly Entry[], words: string, most = 10): readonly Entry[] {
  const wanted = words
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1);
  const score = ({ id, decl }: Entry): number => {
    const name = id.toLowerCase();
    const about = `${decl.description} ${decl.whenToUse ?? ""}`.toLowerCase();
    return wanted.reduce((sum, word) => sum + (name.includes(word) ? 3 : 0) + (about.includes(word) ? 1 : 0), 0);
  };
  return entries
    .map((entry) => ({ entry, points: score(entry) }))
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points || (a.entry.id < b.entry.id ? -1 : 1))
    .slice(0, most)
    .map(({ entry }) => entry);
}

/** Skills that came into play after the listing was written: by a touched file, or by a reload. */
export function announce(entries: readonly Entry[]): string {
  const lines = entries.filter(({ forModel }) => forModel).map((entry) => entryLine(entry));
  return lines.length === 0 ? "" : `These skills can be started with Skill from now on:\n${lines.join("\n")}`;
}
