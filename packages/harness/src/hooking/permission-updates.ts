/**
 * What a hook wants to be changed for later beside its yes. Rule: rules and modes of this session; what is kept in settings files is the
 * user's to write, so that a rule for a folder's files becomes a grant, and what can't be had is said in a line.
 */
import { BEHAVIORS, MODES, type JsonObject, type Mode } from "@keelson/protocol";
import type { Approvals } from "../approvals.ts";
import type { NewRule } from "../house.ts";

export type Updatable = {
  readonly approvals: Approvals;
  /** What relative patterns begin at. */
  readonly base: string;
  /** In words why not. */
  readonly setMode: (mode: Mode) => string | undefined;
};

/** One after the other. What isn't met, a line each. */
export async function applyUpdates(updates: readonly JsonObject[], of: Updatable): Promise<readonly string[]> {
  const unmet: string[] = [];
  for (const update of updates) {
    const why = await applyOne(update, of);
    if (why !== undefined) unmet.push(why);
  }
  return unmet;
}

async function applyOne(update: JsonObject, of: Updatable): Promise<string | undefined> {
  switch (update["type"]) {
    case "addRules":
      return await add(update, of);
    case "replaceRules":
      of.approvals.rules = of.approvals.rules.filter(({ behavior }) => behavior !== update["behavior"]);
      return await add(update, of);
    case "removeRules":
      return remove(update, of);
    case "setMode":
      return turn(update, of);
    case "addDirectories":
    case "removeDirectories":
      return "A hook can't change the folders of a session. Name them with --add-dir, or in permissions.additionalDirectories.";
    default:
      return `The permission update ${JSON.stringify(update["type"] ?? null)} isn't known, and has no effect.`;
  }
}

const SESSION = ["session", "cliArg", undefined];
const FOLDER = ["localSettings", "projectSettings"];

async function add(update: JsonObject, { approvals, base }: Updatable): Promise<string | undefined> {
  const rules = rulesIn(update);
  const { destination } = update;
  approvals.rules = [...approvals.rules, ...rules.map((rule) => ({ ...rule, source: "session", base }))];
  if (SESSION.some((one) => one === destination)) return undefined;
  const allowed = rules.filter(({ behavior }) => behavior === "allow").map(({ text }) => text);
  if (!FOLDER.some((one) => one === destination) || allowed.length < rules.length)
    return `A rule for ${String(destination)} holds for this session only.`;
  const trouble = await approvals.keep(allowed, base, undefined);
  return trouble === undefined ? undefined : `A rule for ${String(destination)} holds for this session only. ${trouble}`;
}

function remove(update: JsonObject, { approvals }: Updatable): string | undefined {
  const gone = rulesIn(update);
  const isGone = ({ text, behavior }: NewRule): boolean => gone.some((rule) => rule.text === text && rule.behavior === behavior);
  const stay = approvals.rules.filter((rule) => !isGone(rule));
  const missing = gone.filter(({ text }) => approvals.rules.every((rule) => rule.text !== text));
  approvals.rules = stay;
  return missing.length === 0 ? undefined : `Not a rule of this session, so it stays: ${missing.map(({ text }) => text).join(", ")}.`;
}

/** No hook lifts the questions as a whole. */
const LIFTED: readonly Mode[] = ["bypassPermissions", "auto"];

function turn({ mode: said }: JsonObject, { setMode }: Updatable): string | undefined {
  const mode = MODES.find((one) => one === said);
  if (mode === undefined) return `There is no mode ${String(said)}. There are: ${MODES.join(", ")}.`;
  return LIFTED.includes(mode) ? `A hook can't turn on mode ${mode}: that is the user's to do.` : setMode(mode);
}

function rulesIn({ behavior: said, rules }: JsonObject): readonly NewRule[] {
  const behavior = BEHAVIORS.find((each) => each === said);
  if (behavior === undefined || !Array.isArray(rules)) return [];
  return rules.flatMap((rule) => {
    const { toolName, ruleContent } = typeof rule === "object" && rule !== null && !Array.isArray(rule) ? rule : {};
    if (typeof toolName !== "string") return [];
    return [{ text: typeof ruleContent === "string" && ruleContent !== "" ? `${toolName}(${ruleContent})` : toolName, behavior }];
  });
}
