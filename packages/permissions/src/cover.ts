// What may happen without a question. An effect is covered by the mode, by an allow rule, or, in the tool's own check, by where it happens.
// A call is allowed only when each of its effects is covered.
import type { Effect, Opinion, Rule } from "@keelson/protocol";
import { say } from "./opinion.ts";
import { hits } from "./path/place.ts";
import { isProtected, isWatched } from "./path/protected.ts";
import { nameAllows } from "./rule/names.ts";
import { nameRule } from "./rule/read-rules.ts";
import type { Scene } from "./scene.ts";
import { coversCommand } from "./shell/covers-command.ts";

const UNSTATED: Effect = { do: "unknown", why: "it does more than it states" };

export type Covered = { readonly reason: string; readonly rule?: Rule };
export type Cover = (effect: Effect, scene: Scene) => Promise<Covered | undefined>;

/** Allowed if each effect is covered by one of these; the first effect's cover is named. A call that states only reads, or nothing, and doesn't call itself read-only may do anything. */
export async function coverAll(scene: Scene, covers: readonly Cover[]): Promise<Opinion | undefined> {
  const { effects, readOnly } = scene.asked.call;
  const tellsAll = effects.some((effect) => effect.do !== "read") || (readOnly && effects.length > 0);
  let first: Covered | undefined;
  for (const effect of tellsAll ? effects : [...effects, UNSTATED]) {
    const covered = await firstOf(covers, effect, scene);
    if (!covered) return undefined;
    first ??= covered;
  }
  return first && say("allow", first.reason, first.rule);
}

export const byMode: Cover = async (effect, scene) => {
  if (scene.asked.mode !== "acceptEdits" || (effect.do !== "write" && effect.do !== "delete")) return undefined;
  const { all } = await scene.spell(effect.path);
  if (all.some((path) => isProtected(path) || isWatched(path)) || !(await scene.inScope(effect.path))) return undefined;
  return { reason: "Mode acceptEdits allows changes in the working directory." };
};

export const byRule: Cover = async (effect, scene) => {
  for (const rule of scene.asked.rules) {
    if (rule.behavior === "allow" && (await ruleCovers(rule, effect, scene))) return { reason: `${nameRule(rule)} allows it.`, rule };
  }
  return undefined;
};

/** Reading where the session works needs no question; nor does starting an agent, whose calls are judged one by one. */
export const byPlace: Cover = async (effect, scene) => {
  if (effect.do === "spawn") return { reason: "Each call of the agent is judged by itself." };
  if (effect.do !== "read" || !(await scene.inScope(effect.path))) return undefined;
  return { reason: "It only reads, in the working directory." };
};

async function ruleCovers(rule: Rule, effect: Effect, scene: Scene): Promise<boolean> {
  const reading = scene.read(rule);
  if (reading.kind === "tool") return nameAllows(reading.name, scene.asked.tool);
  if (reading.kind === "command")
    return scene.asked.tool === "Bash" && effect.do === "shell" && coversCommand(reading.pattern, effect, scene);
  if (reading.kind !== "path") return false;
  const reads = effect.do === "read";
  if (!reads && effect.do !== "write" && effect.do !== "delete") return false;
  if (reads !== (reading.governs === "reads")) return false;
  const whole = effect.do === "read" && effect.under === true;
  const { all, known } = await scene.spell(effect.path);
  const placed = await scene.placeToAllow(reading.pattern, rule);
  return known && all.every((path) => placed.some((one) => hits(one, path, whole)));
}

async function firstOf(covers: readonly Cover[], effect: Effect, scene: Scene): Promise<Covered | undefined> {
  for (const cover of covers) {
    const covered = await cover(effect, scene);
    if (covered) return covered;
  }
  return undefined;
}
