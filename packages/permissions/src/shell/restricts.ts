// Does a deny or ask rule hold for a command? Every command in it counts, in every spelling and behind every wrapper.
// What could hide one is a maybe, never a no.
import { stronger, type Match } from "../match.ts";
import { holds, mayHitBelow, type Placed } from "../path/place.ts";
import { tidy } from "../path/links.ts";
import type { Governs } from "../rule/reading.ts";
import type { Analysis } from "./analyse.ts";
import { shortened } from "./digest.ts";
import { MARK } from "./marks.ts";
import { matchesCanonical, matchesRaw, mayBegin, mayMatchBehind, oneLine, STAR, type CommandPattern } from "./pattern.ts";
import { baseName } from "./program.ts";
import type { Seen, Sighted } from "./sight.ts";
import type { FileTouch } from "./touch.ts";
import { fits, folderOf } from "../path/wildcard.ts";

export function commandRestricts(pattern: CommandPattern, { text, opaque, broken, digest, said }: Analysis): Match {
  if (matchesRaw(pattern, oneLine(text))) return "yes";
  const { raws, spellings, optioned, leads, codes } = said();
  if (some(raws, (one) => matchesRaw(pattern, one)) || some(spellings, (one) => matchesCanonical(pattern, one))) return "yes";
  const ofProgram = optioned.filter(({ program }) => mayBegin(pattern, program));
  if (ofProgram.some((one) => some(shortened(one), (spelled) => matchesCanonical(pattern, spelled)))) return "yes";
  const hidden = broken !== undefined || opaque.some(({ runs }) => runs) || digest().all.some(({ hides }) => hides !== undefined);
  // A word that can't be told may be what the rule speaks of; code in another language may name the program.
  const head = baseName(pattern.program.split(STAR)[0] ?? "").toLowerCase();
  const may = some(leads, (one) => mayMatchBehind(pattern, one)) || some(codes, (code) => head === "" || code.includes(head));
  return hidden || may ? "maybe" : "no";
}

function some(texts: Iterable<string>, is: (text: string) => boolean): boolean {
  for (const text of texts) if (is(text)) return true;
  return false;
}

/** `sighted`: all its touches of files. */
export function pathsRestrict(analysis: Analysis, sighted: readonly Sighted[], governs: Governs, placed: readonly Placed[]): Match {
  const hidden =
    analysis.broken !== undefined ||
    analysis.opaque.some(({ runs }) => runs) ||
    analysis.digest().all.some(({ hides }) => hides !== undefined);
  const against: Against = { governs, placed, total: placed.every(({ pattern }) => pattern.total || pattern.negated) };
  let match: Match = hidden ? "maybe" : "no";
  for (const one of sighted) {
    if (!speaksOf(governs, one.touch)) continue;
    match = stronger(match, touchRestricts(one, against));
    if (match === "yes") return match;
  }
  return match;
}

type Against = { readonly governs: Governs; readonly placed: readonly Placed[]; /** It holds for every path. */ readonly total: boolean };

/** A restriction on reads holds for writes too: a change shows what was there. */
function speaksOf(governs: Governs, touch: FileTouch): boolean {
  switch (governs) {
    case "reads":
      return true;
    case "writes":
      return touch.do === "write" || touch.do === "delete";
    case "deletes":
      return touch.do === "delete";
    case "moves":
      return touch.do === "cd";
  }
}

function touchRestricts({ touch, sights, roots }: Sighted, against: Against): Match {
  if (touch.kept) return keptRestricts(touch, roots, against.placed);
  const names = tellsNames(touch, against);
  let match: Match = touch.place.unknown && !names ? "maybe" : "no";
  for (const { seen, known } of sights) {
    if (!known) match = stronger(match, "maybe");
    for (const one of seen) match = stronger(match, seenRestricts(one, touch, against));
    if (match === "yes") return match;
  }
  return match;
}

const tellsNames = (touch: FileTouch, { governs }: Against): boolean => touch.do === "list" || (touch.do === "cd" && governs !== "moves");

/** What a wildcard stands for is judged as if it were written out. */
function seenRestricts({ path, all, known }: Seen, touch: FileTouch, against: Against): Match {
  const { governs, placed, total } = against;
  if (path.includes(MARK.glob)) return globRestricts({ path, all, known }, placed);
  const names = tellsNames(touch, against);
  const whole = touch.under === true || touch.do === "delete";
  const beneath = touch.part && placed[0]?.pattern.negated ? "/x" : "";
  const hit = all.some((real) => holds(placed, real + beneath, whole || names || touch.guessed === true));
  if (touch.guessed && hit) return governs === "reads" && !total ? "yes" : "maybe";
  if (hit) return "yes";
  if (!known) return touch.guessed ? "no" : "maybe";
  return whole && !names && placed.some((one) => all.some((real) => mayHitBelow(one, real, touch.do !== "delete"))) ? "maybe" : "no";
}

/** What a wildcard stands for lies in the folder before it. */
function globRestricts({ path, all, known }: Seen, placed: readonly Placed[]): Match {
  if (all.some((real) => holds(placed, placed[0]?.pattern.negated ? `${real}/x` : real, true))) return "yes";
  const folder = folderOf(path);
  const behind = path
    .slice(folder === "/" ? 0 : folder.length)
    .split("/")
    .filter(Boolean);
  const below = placed.some((one) => all.some((real) => mayHitBelow(one, real, true) && mayName(one, real, behind)));
  return below || !known ? "maybe" : "no";
}

/** A literal rule is named by a wildcard only if each name fits. */
function mayName({ root, pattern }: Placed, folder: string, behind: readonly string[]): boolean {
  if (pattern.tail !== undefined || pattern.negated) return true;
  const names = tidy(root)
    .slice(folder === "/" ? 0 : folder.length)
    .split("/")
    .filter(Boolean);
  return behind.every((name, at) => names[at] === undefined || fits(name)(names[at] ?? ""));
}

/** Git shows what it keeps of a file without naming it; only of files in its work tree. */
function keptRestricts({ place }: FileTouch, roots: Sighted["roots"], placed: readonly Placed[]): Match {
  if (place.unknown || roots.includes(undefined)) return "maybe";
  return placed.some((one) => roots.some((root) => root !== undefined && (holds(placed, root, true) || mayHitBelow(one, root, true))))
    ? "maybe"
    : "no";
}
