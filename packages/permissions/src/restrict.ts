// Does a deny or ask rule hold for a call? Over-approximates: what can't be read, resolved or taken apart is never a no.
import type { Effect, Rule } from "@keelson/protocol";
import { strongest, type Match } from "./match.ts";
import { hits, mayHitBelow, type Placed } from "./path/place.ts";
import { nameRestricts } from "./rule/names.ts";
import type { Reading } from "./rule/reading.ts";
import type { Scene } from "./scene.ts";
import { commandRestricts } from "./shell/restrict-command.ts";
import { pathsRestrict } from "./shell/restrict-paths.ts";

export async function restricts(rule: Rule, scene: Scene): Promise<Match> {
  const reading = scene.read(rule);
  switch (reading.kind) {
    case "tool":
      return nameRestricts(reading.name, scene.asked) ? "yes" : "no";
    case "unread":
      return unreadRestricts(reading, scene);
    case "command":
      return commandRuleRestricts(reading, scene);
    case "path":
      return pathRuleRestricts(reading, rule, scene);
  }
}

function unreadRestricts({ name }: Extract<Reading, { kind: "unread" }>, scene: Scene): Match {
  if (name === undefined || nameRestricts(name, scene.asked)) return "yes";
  const aboutPaths = ["Read", "Edit"].some((one) => nameRestricts(name, { ...scene.asked, tool: one }));
  return aboutPaths && scene.asked.call.effects.some((effect) => effect.do === "shell") ? "maybe" : "no";
}

function commandRuleRestricts({ pattern, parameter }: Extract<Reading, { kind: "command" }>, { asked }: Scene): Match {
  // `Bash(timeout:*)` is also how a rule on a parameter with any value is written.
  if (asked.tool === "Bash" && parameter !== undefined && Object.hasOwn(asked.call.input, parameter)) return "yes";
  return strongest(asked.call.effects.map((effect) => (effect.do === "shell" ? commandRestricts(pattern, effect.text) : "no")));
}

async function pathRuleRestricts(reading: Extract<Reading, { kind: "path" }>, rule: Rule, scene: Scene): Promise<Match> {
  const placed = await scene.placeToRestrict(reading.pattern, rule);
  const each = scene.asked.call.effects.map((effect) => pathRestricts(effect, reading.governs, placed, scene));
  return strongest(await Promise.all(each));
}

/** A restriction on reads holds for writes too: a change shows what was there. */
async function pathRestricts(effect: Effect, governs: "reads" | "writes", placed: readonly Placed[], scene: Scene): Promise<Match> {
  if (effect.do === "shell") return pathsRestrict(effect, governs, placed, scene);
  if (effect.do !== "read" && effect.do !== "write" && effect.do !== "delete") return "no";
  if (effect.do === "read" && governs === "writes") return "no";
  const walked = effect.do === "read" && effect.under === true;
  const filtered = effect.do === "read" && effect.filtered === true; // what is beneath is the filter's: see read-filter.ts
  const whole = walked || effect.do === "delete";
  const { all, known } = await scene.spellToRestrict(effect.path);
  if (placed.some((one) => all.some((path) => hits(one, path, whole)))) return "yes";
  if (!known) return "maybe";
  return whole && !filtered && placed.some((one) => all.some((path) => mayHitBelow(one, path, walked))) ? "maybe" : "no";
}
