// May a command run without a question? Every command in it, every redirect and every change of folder must be covered, each by one of the means
// that are asked: the mode, the rules, or the table of commands that only tell. Anything that can't be told isn't covered.
import type { Rule } from "@keelson/protocol";
import { say } from "../opinion.ts";
import { hits } from "../path/place.ts";
import { isProtected, isWatched } from "../path/protected.ts";
import { nameRule } from "../rule/read-rules.ts";
import type { Scene, ShellEffect } from "../scene.ts";
import type { Analysis } from "./analyse.ts";
import { bringsSome } from "./brings.ts";
import { ruleCovers, startsHere } from "./rule-covers.ts";
import { showsNoSecret } from "./telling.ts";
import type { FileTouch, Place, Touch } from "./touch.ts";
import { folderOf } from "../path/wildcard.ts";
import { isSafe, type Unit } from "./unit.ts";

/** In the order in which they are named. */
export const MEANS = ["mode", "rule", "place"] as const;
export type Means = (typeof MEANS)[number];
export type Covered = { readonly reason: string; readonly rule?: Rule };

const BY_MODE: Covered = { reason: "Mode acceptEdits allows changes in the working directory." };
const BY_PLACE: Covered = { reason: "It only reads, in the working directory." };

export async function coversShell(effect: ShellEffect, scene: Scene, means: readonly Means[]): Promise<Covered | undefined> {
  const analysis = scene.analysis(effect);
  if (analysis.broken !== undefined || (analysis.units.length === 0 && analysis.touches.length === 0)) return undefined;
  if (!(await scene.inScope(effect.cwd))) return undefined;
  const whole = means.includes("rule") ? exactly(analysis, scene) : undefined;
  if (whole) return whole;
  if (analysis.opaque.length > 0) return undefined;
  const covered: Covered[] = [];
  for (const unit of analysis.units) {
    const found = await coversUnit(unit, analysis, scene, means);
    if (!found) return undefined;
    covered.push(found);
  }
  for (const touch of analysis.touches) {
    const found = await coversTouch(touch, scene, means);
    if (!found) return undefined;
    covered.push(found);
  }
  return covered.find(({ rule }) => rule !== undefined) ?? covered[0];
}

/** A rule that is the whole text, letter for letter. */
function exactly({ text }: Analysis, scene: Scene): Covered | undefined {
  for (const rule of scene.asked.rules) {
    const reading = rule.behavior === "allow" ? scene.read(rule) : undefined;
    if (reading?.kind === "command" && reading.pattern.written === text.trim() && scene.asked.tool === "Bash") return by(rule);
  }
  return undefined;
}

const by = (rule: Rule): Covered => ({ reason: `${nameRule(rule)} allows it.`, rule });

async function coversUnit(unit: Unit, analysis: Analysis, scene: Scene, means: readonly Means[]): Promise<Covered | undefined> {
  if (means.includes("rule")) {
    for (const rule of scene.asked.rules) {
      const reading = rule.behavior === "allow" ? scene.read(rule) : undefined;
      if (reading?.kind === "command" && scene.asked.tool === "Bash" && (await ruleCovers(reading.pattern, unit, analysis, scene)))
        return by(rule);
    }
  }
  if (unit.words.length === 0) return means.includes("place") && unit.assigns.every(isOwn) ? BY_PLACE : undefined;
  if (!unit.assigns.every(isSafe)) return undefined;
  if (unit.through) return coversUnit(unit.through, analysis, scene, means);
  if (unit.runs.length > 0 || unit.hides !== undefined) return undefined;
  if (means.includes("place") && unit.facts.tells && (await tellsInScope(unit, scene))) return BY_PLACE;
  if (unit.facts.edits && (await editsCovered(unit, scene, means))) return BY_MODE;
  return undefined;
}

/** A script's own variables are written small; none of these is handed to programs. */
const isOwn = (one: Unit["assigns"][number]): boolean =>
  /^[a-z_][a-z0-9_]*$/.test(one.name) && !/proxy|^npm_|^pip_|^git_/.test(one.name) && showsNoSecret(one);

async function tellsInScope({ facts, at }: Unit, scene: Scene): Promise<boolean> {
  if (facts.git && !startsHere(at.folders, scene)) return false;
  if (at.lost) return false;
  for (const touch of facts.touches) {
    if (touch.do === "net" || touch.do === "write" || touch.do === "delete") {
      if (touch.do === "net" || touch.guessed !== true || !facts.git || !(await allIn(touch.place, scene))) return false;
    } else if (touch.guessed !== true && !(await readable(touch.place, scene))) return false;
  }
  return true;
}

async function allIn({ paths, unknown }: Place, scene: Scene): Promise<boolean> {
  if (unknown) return false;
  for (const path of paths) if (!(await scene.inScope(path))) return false;
  return true;
}

/** In scope, or what a rule on reading allows. */
async function readable(place: Place, scene: Scene): Promise<boolean> {
  if (place.unknown) return false;
  for (const path of place.paths) {
    if (await scene.inScope(path)) continue;
    if (folderOf(path) !== path || !(await pathRule(path, "reads", scene))) return false;
  }
  return true;
}

async function editsCovered({ facts }: Unit, scene: Scene, means: readonly Means[]): Promise<boolean> {
  for (const touch of facts.touches) {
    if (touch.do === "net") return false;
    if (touch.do === "read" || touch.do === "list" || touch.do === "cd") {
      if (scene.asked.mode !== "acceptEdits" || !(await readable(touch.place, scene))) return false;
    } else if (!(await changeCovered(touch, scene, means, touch.do === "delete" ? "deletes" : undefined))) return false;
  }
  return facts.touches.length > 0;
}

async function changeCovered(
  touch: FileTouch,
  scene: Scene,
  means: readonly Means[],
  governs: "writes" | "deletes" | undefined,
): Promise<boolean> {
  const { paths, unknown } = touch.place;
  if (unknown || paths.length === 0) return false;
  for (const path of paths) {
    if (means.includes("mode") && scene.asked.mode === "acceptEdits" && (await mayChange(touch, path, scene))) continue;
    if (governs === undefined || folderOf(path) !== path || !means.includes("rule")) return false;
    if (!(await pathRule(path, governs, scene))) return false;
  }
  return true;
}

async function mayChange({ brings }: FileTouch, path: string, scene: Scene): Promise<boolean> {
  if (!(await scene.mayEdit(path))) return false;
  return brings === undefined || (await bringsSome(brings, path, (one) => isProtected(one) || isWatched(one), scene)) === false;
}

/** The rule on paths that allows it, at every place that the path leads to. */
async function pathRule(path: string, governs: "reads" | "writes" | "deletes", scene: Scene): Promise<Rule | undefined> {
  const { all, known } = await scene.spell(path);
  if (!known) return undefined;
  for (const rule of scene.asked.rules) {
    const reading = rule.behavior === "allow" ? scene.read(rule) : undefined;
    if (reading?.kind !== "path" || reading.governs !== governs) continue;
    const placed = await scene.placeToAllow(reading.pattern, rule);
    if (all.every((one) => placed.some((at) => hits(at, one, false)))) return rule;
  }
  return undefined;
}

async function coversTouch(touch: Touch, scene: Scene, means: readonly Means[]): Promise<Covered | undefined> {
  if (touch.do === "net") return undefined;
  if (touch.do === "read" || touch.do === "list" || touch.do === "cd") return (await readable(touch.place, scene)) ? BY_PLACE : undefined;
  return (await changeCovered(touch, scene, means, "writes")) ? say("allow", "The files that it writes to may be changed.") : undefined;
}
