// The engine's own judges, one a stage. Each list stands strictest first; a judge says the strongest of what its list says.
import type { Opinion } from "@keelson/protocol";
import { coverAll } from "../cover.ts";
import { joinAll, say } from "../opinion.ts";
import { restricts } from "../restrict.ts";
import { nameRule } from "../rule/read-rules.ts";
import type { Scene } from "../scene.ts";
import { modeSays } from "./mode.ts";
import { protectedPaths } from "./protection.ts";
import { criticalRemovals } from "./critical.ts";
import { unreadable } from "./unreadable.ts";

export type Check = (scene: Scene) => Promise<Opinion | undefined>;

export const denyRules: Check = (scene) => rulesSay("deny", scene);
const askRules: Check = (scene) => rulesSay("ask", scene);
const mode: Check = async (scene) => modeSays(scene);
const acceptedEdits: Check = (scene) => coverAll(scene, ["mode"]);
const allowRules: Check = (scene) => coverAll(scene, ["mode", "rule"]);

const ALLOW_CHECKS: readonly Check[] = [askRules, unreadable, criticalRemovals, protectedPaths, mode, acceptedEdits, allowRules];

export const allow: Check = async (scene) => joinAll(await Promise.all(ALLOW_CHECKS.map((check) => check(scene))));

/** A tool that says it only reads is believed as far as what it states is reading where the session works; a command, by the table of those that only tell. */
export const ownCheck: Check = async (scene) => {
  const { effects, readOnly } = scene.asked.call;
  if (effects.length === 0 && readOnly) return say("allow", "It touches nothing.");
  return coverAll(scene, ["mode", "rule", "place"]);
};

async function rulesSay(behavior: "deny" | "ask", scene: Scene): Promise<Opinion | undefined> {
  const rules = scene.asked.rules.filter((rule) => rule.behavior === behavior);
  const opinions = rules.map(async (rule): Promise<Opinion | undefined> => {
    const match = await restricts(rule, scene);
    if (match === "no") return undefined;
    if (match === "yes") return say(behavior, behavior === "deny" ? `${nameRule(rule)} denies it.` : `${nameRule(rule)} asks.`, rule);
    return say("ask", `${nameRule(rule)} could hold for it, and that can't be ruled out.`, rule);
  });
  return joinAll(await Promise.all(opinions));
}
