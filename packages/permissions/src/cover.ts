// What may happen without a question. An effect is covered by the mode, by an allow rule, or, in the tool's own check, by where it happens.
// A call is allowed only when each of its effects is covered.
import type { Effect, Opinion, Rule } from "@keelson/protocol";
import { matchesParts } from "./glob.ts";
import { say } from "./opinion.ts";
import { hits } from "./path/place.ts";
import { isProtected, isWatched } from "./path/protected.ts";
import { namesOf } from "./restrict.ts";
import { hostOf, isInner, matchesHost } from "./rule/domain.ts";
import { nameAllows } from "./rule/names.ts";
import { nameRule } from "./rule/read-rules.ts";
import type { Reading } from "./rule/reading.ts";
import type { Scene } from "./scene.ts";
import { coversShell, type Covered, type Means } from "./shell/covers.ts";
import { isBroad } from "./shell/broad.ts";

const UNSTATED: Effect = { do: "unknown", why: "it does more than it states" };

/** Allowed if each effect is covered by one of the means; a rule that does it is named before anything else. A call that states only reads, or nothing, and doesn't call itself read-only may do anything. */
export async function coverAll(scene: Scene, means: readonly Means[]): Promise<Opinion | undefined> {
  const { effects, readOnly } = scene.asked.call;
  const tellsAll = effects.some((effect) => effect.do !== "read") || (readOnly && effects.length > 0);
  let first: Covered | undefined;
  for (const effect of tellsAll ? effects : [...effects, UNSTATED]) {
    const covered = await covers(effect, scene, means);
    if (!covered) return undefined;
    if (!first || (first.rule === undefined && covered.rule !== undefined)) first = covered;
  }
  return first && say("allow", first.reason, first.rule);
}

async function covers(effect: Effect, scene: Scene, means: readonly Means[]): Promise<Covered | undefined> {
  for (const one of means) {
    const covered = await BY[one](effect, scene);
    if (covered) return covered;
  }
  return effect.do === "shell" && !scene.analysis(effect).broken ? coversShell(effect, scene, means) : undefined;
}

/** Commands are covered by all means together, each command of them by one. */
const BY: Readonly<Record<Means, (effect: Effect, scene: Scene) => Promise<Covered | undefined>>> = {
  mode: byMode,
  rule: byRule,
  place: byPlace,
};

async function byMode(effect: Effect, scene: Scene): Promise<Covered | undefined> {
  if (scene.asked.mode !== "acceptEdits" || (effect.do !== "write" && effect.do !== "delete")) return undefined;
  const { all } = await scene.spell(effect.path);
  if (all.some((path) => isProtected(path) || isWatched(path)) || !(await scene.inScope(effect.path))) return undefined;
  return { reason: "Mode acceptEdits allows changes in the working directory." };
}

async function byRule(effect: Effect, scene: Scene): Promise<Covered | undefined> {
  for (const rule of scene.asked.rules) {
    if (rule.behavior === "allow" && (await ruleCovers(rule, effect, scene))) return { reason: `${nameRule(rule)} allows it.`, rule };
  }
  return undefined;
}

/** Reading where the session works needs no question; nor does starting an agent, whose calls are judged one by one. */
async function byPlace(effect: Effect, scene: Scene): Promise<Covered | undefined> {
  if (effect.do === "spawn") return { reason: "Each call of the agent is judged by itself." };
  if (effect.do !== "read" || !(await scene.inScope(effect.path))) return undefined;
  return { reason: "It only reads, in the working directory." };
}

async function ruleCovers(rule: Rule, effect: Effect, scene: Scene): Promise<boolean> {
  const reading = scene.read(rule);
  switch (reading.kind) {
    case "tool":
      return toolCovers(reading.name, effect, scene);
    case "path":
      return pathCovers(reading, rule, effect, scene);
    case "domain":
      return effect.do === "connect" && nameAllows(reading.name, scene.asked.tool) && hostCovers(reading, effect.url);
    case "named":
      return nameAllows(reading.name, scene.asked.tool) && namedCovers(reading, scene);
    case "command": // see covers.ts
    case "parameter":
    case "unread":
      return false;
  }
}

/** In mode auto a rule for every command would leave the classifier nothing to say. */
function toolCovers(name: string, effect: Effect, { asked }: Scene): boolean {
  if (!nameAllows(name, asked.tool) || (asked.mode === "auto" && isBroad(name))) return false;
  const host = effect.do === "connect" ? hostOf(effect.url) : undefined;
  return host === undefined || !isInner(host);
}

function hostCovers({ pattern }: Extract<Reading, { kind: "domain" }>, url: string): boolean {
  const host = hostOf(url);
  return host !== undefined && matchesHost(pattern, host) && (pattern.wild === "no" || !isInner(host));
}

function namedCovers({ named, more }: Extract<Reading, { kind: "named" }>, { asked }: Scene): boolean {
  const names = namesOf(asked.call.effects, asked.call.input);
  const plain = asked.call.input["args"] === undefined || asked.call.input["args"] === "" || more || asked.tool !== "Skill";
  return names.length === 1 && plain && names.every((one) => matchesParts([named], one) || (more && one.startsWith(`${named} `)));
}

async function pathCovers(reading: Extract<Reading, { kind: "path" }>, rule: Rule, effect: Effect, scene: Scene): Promise<boolean> {
  if (effect.do !== "read" && effect.do !== "write" && effect.do !== "delete") return false;
  const wanted = effect.do === "read" ? ["reads"] : effect.do === "delete" ? ["writes", "deletes"] : ["writes"];
  if (!wanted.includes(reading.governs)) return false;
  const whole = effect.do === "read" && effect.under === true;
  const { all, known } = await scene.spell(effect.path);
  const placed = await scene.placeToAllow(reading.pattern, rule);
  return known && all.every((path) => placed.some((one) => hits(one, path, whole)));
}
