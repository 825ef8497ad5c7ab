// Does a deny or ask rule hold for a command? Every command in it counts, in every spelling and behind every wrapper.
// What could hide one is a maybe, never a no.
import { strongest, type Match } from "../match.ts";
import { holds, mayHitBelow, type Placed } from "../path/place.ts";
import { tidy } from "../path/links.ts";
import type { Governs } from "../rule/reading.ts";
import type { Scene } from "../scene.ts";
import type { Analysis } from "./analyse.ts";
import { MARK } from "./marks.ts";
import { matchesCanonical, matchesRaw, mayMatchBehind, oneLine, STAR, type CommandPattern } from "./pattern.ts";
import { baseName } from "./program.ts";
import type { FileTouch, Touch } from "./touch.ts";
import { fits, folderOf } from "../path/wildcard.ts";

export function commandRestricts(pattern: CommandPattern, { text, opaque, broken, digest, said }: Analysis): Match {
  if (matchesRaw(pattern, oneLine(text))) return "yes";
  const { raws, spellings, leads, codes } = said();
  if (raws.some((one) => matchesRaw(pattern, one)) || spellings.some((one) => matchesCanonical(pattern, one))) return "yes";
  const hidden = broken !== undefined || opaque.some(({ runs }) => runs) || digest().all.some(({ hides }) => hides !== undefined);
  // A word that can't be told may be what the rule speaks of; code in another language may name the program.
  const head = baseName(pattern.program.split(STAR)[0] ?? "").toLowerCase();
  const may = leads.some((one) => mayMatchBehind(pattern, one)) || codes.some((code) => head === "" || code.includes(head));
  return hidden || may ? "maybe" : "no";
}

export async function pathsRestrict(analysis: Analysis, governs: Governs, placed: readonly Placed[], scene: Scene): Promise<Match> {
  const { all, touches } = analysis.digest();
  const judged = touches.filter((touch): touch is FileTouch => touch.do !== "net" && speaksOf(governs, touch));
  const each = await Promise.all(judged.map((touch) => touchRestricts(touch, governs, placed, scene)));
  const hidden = analysis.broken !== undefined || analysis.opaque.some(({ runs }) => runs) || all.some(({ hides }) => hides !== undefined);
  return strongest([...each, hidden ? "maybe" : "no"]);
}

/** A restriction on reads holds for writes too: a change shows what was there. */
function speaksOf(governs: Governs, touch: Touch): boolean {
  switch (governs) {
    case "reads":
      return touch.do !== "net";
    case "writes":
      return touch.do === "write" || touch.do === "delete";
    case "deletes":
      return touch.do === "delete";
    case "moves":
      return touch.do === "cd";
  }
}

async function touchRestricts(touch: FileTouch, governs: Governs, placed: readonly Placed[], scene: Scene): Promise<Match> {
  if (touch.kept) return keptRestricts(touch, placed, scene);
  const names = touch.do === "list" || (touch.do === "cd" && governs !== "moves");
  const each = touch.place.paths.map((path) => eachRestricts(path, touch, governs, { placed, names }, scene));
  const unknown = touch.place.unknown && !names && placed.length > 0;
  return strongest([...(await Promise.all(each)), unknown ? "maybe" : "no"]);
}

type Against = { readonly placed: readonly Placed[]; /** Only names are told. */ readonly names: boolean };

/** What a wildcard stands for is judged as if it were written out. */
async function eachRestricts(path: string, touch: FileTouch, governs: Governs, against: Against, scene: Scene): Promise<Match> {
  const { paths, known } = await scene.expand(path);
  const each = await Promise.all(paths.map((one) => pathRestricts(one, touch, governs, against, scene)));
  return strongest([...each, known || against.placed.length === 0 ? "no" : "maybe"]);
}

async function pathRestricts(path: string, touch: FileTouch, governs: Governs, { placed, names }: Against, scene: Scene): Promise<Match> {
  if (path.includes(MARK.glob)) return globRestricts(path, placed, scene);
  const whole = touch.under === true || touch.do === "delete";
  const found = await Promise.all(spelledOut(path, touch, scene).map((one) => scene.spellToRestrict(one)));
  const all = found.flatMap((one) => one.all);
  const beneath = touch.part && placed[0]?.pattern.negated ? "/x" : "";
  const hit = all.some((real) => holds(placed, real + beneath, whole || names || touch.guessed === true));
  const total = placed.every(({ pattern }) => pattern.total || pattern.negated);
  if (touch.guessed && hit) return governs === "reads" && !total ? "yes" : "maybe";
  if (hit) return "yes";
  if (found.some(({ known }) => !known)) return touch.guessed ? "no" : "maybe";
  return whole && !names && placed.some((one) => all.some((real) => mayHitBelow(one, real, touch.do !== "delete"))) ? "maybe" : "no";
}

/** A tilde that bash doesn't expand a program may. */
function spelledOut(path: string, touch: FileTouch, { asked }: Scene): readonly string[] {
  const [, rest] = touch.guessed ? (/\/~(\/.*)?$/s.exec(path) ?? []) : [];
  return touch.guessed && /\/~(?:\/|$)/.test(path) ? [path, `${asked.home}${rest ?? ""}`] : [path];
}

/** What a wildcard stands for lies in the folder before it. */
async function globRestricts(path: string, placed: readonly Placed[], scene: Scene): Promise<Match> {
  const folder = folderOf(path);
  const { all, known } = await scene.spellToRestrict(folder);
  if (all.some((real) => holds(placed, placed[0]?.pattern.negated ? `${real}/x` : real, true))) return "yes";
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
  return behind.every((name, at) => names[at] === undefined || fits(name, names[at] ?? ""));
}

/** Git shows what it keeps of a file without naming it; only of files in its work tree. */
async function keptRestricts({ place }: FileTouch, placed: readonly Placed[], scene: Scene): Promise<Match> {
  if (placed.length === 0) return "no";
  const roots = await Promise.all(place.paths.map((path) => scene.workTreeOf(path)));
  if (place.unknown || roots.includes(undefined)) return "maybe";
  return placed.some((one) => roots.some((root) => root !== undefined && (holds(placed, root, true) || mayHitBelow(one, root, true))))
    ? "maybe"
    : "no";
}
