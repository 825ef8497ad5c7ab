/**
 * What a hook wants to be changed for later beside its yes. Rule: rules, modes and folders of this session; what is kept in settings files is the
 * user's to write, so that a rule for a folder's files becomes a grant, and what can't be had is said in a line.
 */
import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { BEHAVIORS, MODES, type JsonObject, type Mode } from "@keelson/protocol";
import type { Approvals } from "../approvals.ts";
import type { NewRule } from "../house.ts";

export type Updatable = {
  readonly approvals: Approvals;
  /** What relative patterns and folders begin at. */
  readonly base: string;
  readonly home: string;
  /** In words why not. */
  readonly addFolder: (path: string) => Promise<string | undefined>;
  /** In words why not. */
  readonly setMode: (mode: Mode) => string | undefined;
};

/** One after the other. What isn't met, a line each. */
export async function applyUpdates(updates: readonly JsonObject[], of: Updatable): Promise<readonly string[]> {
  const unmet: string[] = [];
  for (const update of updates) {
    const why = await applyOne(update, of);
    unmet.push(...why);
  }
  return unmet;
}

async function applyOne(update: JsonObject, of: Updatable): Promise<readonly string[]> {
  if (update["type"] === "addDirectories") return await addFolders(update, of);
  const why = await changeRules(update, of);
  return why === undefined ? [] : [why];
}

async function changeRules(update: JsonObject, of: Updatable): Promise<string | undefined> {
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
    case "removeDirectories":
      return "A hook can't take a folder away from a session. Start it without that folder.";
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

async function addFolders({ directories, destination }: JsonObject, of: Updatable): Promise<readonly string[]> {
  const folders = Array.isArray(directories) ? directories.flatMap((one) => (typeof one === "string" ? [resolve(of.base, one)] : [])) : [];
  const unmet: string[] = [];
  let added = 0;
  for (const folder of folders) {
    const why = (await holds(folder, of.home)) ? withAllFiles(folder) : await of.addFolder(folder);
    if (why === undefined) added++;
    else unmet.push(why);
  }
  const forLess = added > 0 && !SESSION.some((one) => one === destination);
  return [...unmet, ...(forLess ? [`Folders for ${String(destination)} are added for this session only.`] : [])];
}

const withAllFiles = (folder: string): string =>
  `A hook can't add ${folder} to the folders of a session: all your files are in it. That is the user's to do, with --add-dir.`;

async function holds(folder: string, home: string): Promise<boolean> {
  const [from, to] = await Promise.all([folder, home].map((path) => realpath(path).catch(() => path)));
  const step = relative(from ?? folder, to ?? home);
  return step !== ".." && !step.startsWith(`..${sep}`) && !isAbsolute(step);
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
