// Does a deny or ask rule hold for a call? Over-approximates: what can't be read, resolved or taken apart is never a no.
import type { Effect, JsonObject, Rule } from "@keelson/protocol";
import { matchesParts } from "./glob.ts";
import { strongest, type Match } from "./match.ts";
import { holds, mayHitBelow, type Placed } from "./path/place.ts";
import { hostOf, matchesHost } from "./rule/domain.ts";
import { nameRestricts } from "./rule/names.ts";
import type { Governs, Parameter, Reading } from "./rule/reading.ts";
import type { Scene } from "./scene.ts";
import type { Analysis } from "./shell/analyse.ts";
import { commandRestricts, pathsRestrict } from "./shell/restricts.ts";

export async function restricts(rule: Rule, scene: Scene): Promise<Match> {
  const reading = scene.read(rule);
  switch (reading.kind) {
    case "tool":
      return toolRestricts(reading.name, scene);
    case "unread":
      return unreadRestricts(reading, scene);
    case "command":
      return commandRuleRestricts(reading, scene);
    case "path":
      return pathRuleRestricts(reading, rule, scene);
    case "domain":
      return domainRestricts(reading, scene);
    case "named":
      return namedRestricts(reading, scene);
    case "parameter":
      return nameRestricts(reading.name, scene.asked) && has(scene.asked.call.input, reading.parameter) ? "yes" : "no";
  }
}

/** A rule on all reading or all changing holds for what a command surely reads or changes. */
function toolRestricts(name: string, scene: Scene): Match {
  const { asked } = scene;
  if (nameRestricts(name, asked)) return "yes";
  const effects = asked.call.effects.flatMap((effect) => (effect.do === "shell" ? touchedBy(scene.analysis(effect)) : []));
  return effects.length > 0 && nameRestricts(name, { tool: "", call: { effects } }) ? "yes" : "no";
}

function touchedBy({ digest }: Analysis): readonly Effect[] {
  return digest().touches.flatMap((touch): Effect[] =>
    touch.do !== "net" && touch.do !== "cd" && touch.do !== "list" && touch.guessed !== true && touch.kept !== true
      ? [{ do: touch.do, path: "/" }]
      : [],
  );
}

function unreadRestricts({ name }: Extract<Reading, { kind: "unread" }>, scene: Scene): Match {
  if (name === undefined || nameRestricts(name, scene.asked)) return "yes";
  const aboutPaths = ["Read", "Edit"].some((one) => nameRestricts(name, { ...scene.asked, tool: one }));
  return aboutPaths && scene.asked.call.effects.some((effect) => effect.do === "shell") ? "maybe" : "no";
}

/** Fields of the input itself, with a plain value. */
function has(input: JsonObject, { name, value }: Parameter): boolean {
  const given = Object.hasOwn(input, name) ? input[name] : undefined;
  if (given === undefined || given === null || typeof given === "object") return false;
  return matchesParts(value, String(given));
}

function commandRuleRestricts({ pattern, parameter }: Extract<Reading, { kind: "command" }>, scene: Scene): Match {
  const { asked } = scene;
  if (asked.tool === "Bash" && parameter && has(asked.call.input, parameter)) return "yes";
  return strongest(asked.call.effects.map((effect) => (effect.do === "shell" ? commandRestricts(pattern, scene.analysis(effect)) : "no")));
}

function domainRestricts({ name, pattern }: Extract<Reading, { kind: "domain" }>, scene: Scene): Match {
  const each = scene.asked.call.effects.map((effect): Match => {
    if (effect.do === "connect") {
      const host = hostOf(effect.url);
      return host === undefined || matchesHost(pattern, host) ? (nameRestricts(name, scene.asked) ? "yes" : "maybe") : "no";
    }
    if (effect.do !== "shell") return "no";
    // A rule on one tool's addresses; a command that names such an address is asked about.
    const { touches } = scene.analysis(effect).digest();
    return touches.some((touch) => touch.do === "net" && touch.host !== undefined && matchesHost(pattern, touch.host)) ? "maybe" : "no";
  });
  return strongest(each);
}

function namedRestricts({ name, named, more, parameter }: Extract<Reading, { kind: "named" }>, { asked }: Scene): Match {
  if (!nameRestricts(name, asked)) return "no";
  if (parameter && has(asked.call.input, parameter)) return "yes";
  const names = namesOf(asked.call.effects, asked.call.input);
  if (names.length === 0) return "maybe";
  return names.some((one) => matchesParts(named.split("*"), one) || (more && one.startsWith(`${named} `))) ? "yes" : "no";
}

/** What an agent or skill is called in a call of it, as it stands and without blanks around it. */
export function namesOf(effects: readonly Effect[], input: JsonObject): readonly string[] {
  const spawned = effects.flatMap((effect) => (effect.do === "spawn" ? [effect.agent] : []));
  const given = ["subagent_type", "skill", "agent", "command"].flatMap((key) =>
    typeof input[key] === "string" ? [input[key].replace(/^\//, "")] : [],
  );
  const names = [...spawned, ...given];
  return [...new Set([...names, ...names.map((one) => one.trim())])];
}

async function pathRuleRestricts(reading: Extract<Reading, { kind: "path" }>, rule: Rule, scene: Scene): Promise<Match> {
  if (reading.parameter && nameRestricts(reading.name, scene.asked) && has(scene.asked.call.input, reading.parameter)) return "yes";
  const placed = await scene.placeToRestrict(reading.pattern, rule);
  const each = scene.asked.call.effects.map((effect) => pathRestricts(effect, reading.governs, placed, scene));
  return strongest(await Promise.all(each));
}

/** A restriction on reads holds for writes too: a change shows what was there. */
async function pathRestricts(effect: Effect, governs: Governs, placed: readonly Placed[], scene: Scene): Promise<Match> {
  if (effect.do === "shell") return pathsRestrict(scene.analysis(effect), await scene.sighted(effect), governs, placed);
  if (effect.do !== "read" && effect.do !== "write" && effect.do !== "delete") return "no";
  if (governs === "moves" || (effect.do === "read" && governs !== "reads") || (effect.do === "write" && governs === "deletes")) return "no";
  const walked = effect.do === "read" && effect.under === true;
  const filtered = effect.do === "read" && effect.filtered === true; // what is beneath is the filter's: see read-filter.ts
  const whole = walked || effect.do === "delete";
  const { all, known } = await scene.spellToRestrict(effect.path);
  if (all.some((path) => holds(placed, path, whole))) return "yes";
  if (!known) return "maybe";
  return whole && !filtered && placed.some((one) => all.some((path) => mayHitBelow(one, path, walked))) ? "maybe" : "no";
}
