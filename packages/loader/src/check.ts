/** Holds a settings file against the schema. Rule: what is wrong is left out alone, and the rest of the file counts. */
import { nearest, type Json, type JsonObject, type Problem } from "@keelson/protocol";
import type { z } from "zod";
import { isObject, nodeAt, problemAt, valueOf, type Document, type Path } from "./json.ts";
import { UNTRUSTED } from "./mask.ts";
import { isUnread, loneRestriction, misnamedIn } from "./rule.ts";
import { quote, suggest } from "./words.ts";

type Schema = typeof import("@keelson/protocol/schemas").settingsSchema;
type Issue = z.core.$ZodIssue;
export type Checked = { readonly document: Document; readonly problems: readonly Problem[] };

const MOST = 100;
/** Losing one of these loosens what the owner of the file asked for: an error, not a warning. */
const RESTRICTS = [
  ...["permissions", "permissions.ask", "permissions.deny", "permissions.disableBypassPermissionsMode", "permissions.disableAutoMode"],
  ...["sandbox", "sandbox.enabled", "sandbox.failIfUnavailable", "sandbox.autoAllowBashIfSandboxed", "sandbox.allowUnsandboxedCommands"],
  ...["sandbox.filesystem", "sandbox.filesystem.denyWrite", "sandbox.filesystem.denyRead", "sandbox.filesystem.allowManagedReadPathsOnly"],
  ...["sandbox.network", "sandbox.network.allowedDomains", "sandbox.network.deniedDomains", "sandbox.network.strictAllowlist"],
  ...["autoMode", "autoMode.hard_deny", "autoMode.soft_deny", "autoMode.classifyAllShell", "deniedMcpServers", "allowedMcpServers"],
  ...["disabledMcpjsonServers", "disableAllHooks", "allowManagedHooksOnly", "disableSkillShellExecution"],
  ...["keel", "keel.maxTurns", "keel.maxBudgetUsd", "keel.maxTokens", "keel.maxCalls", "keel.maxMinutes", "keel.maxAgents"],
];

/** Where other programs have keys too, and which are ours there. */
const SHARED: readonly { readonly group: readonly string[]; readonly keys: readonly string[] }[] = [
  { group: [], keys: [...new Set(Object.keys(UNTRUSTED).map((key) => key.split(".")[0] ?? ""))] },
  {
    group: ["permissions"],
    keys: Object.keys(UNTRUSTED).flatMap((key) => (key.startsWith("permissions.") ? [key.slice("permissions.".length)] : [])),
  },
];
/** Of other programs, and near enough to ours to be taken for a slip. */
const FOREIGN = [
  "allowManagedMcpServersOnly",
  "allowManagedPermissionRulesOnly",
  "availableModels",
  "deniedModels",
  "modelOverrides",
  "allowedProviders",
  "agent",
  "disabledMcpServers",
  "enabledMcpServers",
  "skillOverride",
  "outputStyles",
  "advisorModel",
  "agents",
];
const KEEL_KEYS = Object.keys(UNTRUSTED).flatMap((key) => (key.startsWith("keel.") ? [key.slice("keel.".length)] : []));

/** `graded`: how bad it is to lose a restriction. Undefined when nearly nothing in the file is right. */
export function checkSettings(document: Document, schema: Schema, graded: Problem["severity"]): Checked | undefined {
  const problems: Problem[] = [];
  let checked = document;
  while (problems.length <= MOST) {
    const { error } = schema.safeParse(valueOf(checked));
    if (!error) return { document: checked, problems: [...problems, ...misnamed(checked, graded), ...slips(checked)] };
    const wrong = error.issues.slice(0, MOST + 1).flatMap(spread);
    const here = checked;
    const nodes = wrong.map(({ path }) => nodeAt(here, path)).filter((node) => node !== undefined);
    if (nodes.length === 0) return undefined; // nothing left to leave out
    for (const { path, text } of wrong) {
      const holds = loneRestriction(here, path).length > 0;
      const instead = holds
        ? "It holds all the same; make it a list."
        : graded !== "error" && isUnread(here, path)
          ? CLOSED
          : "It is left out.";
      const said = text.replace("It is left out.", instead);
      problems.push(problemAt(here, nodeAt(here, path), severityOf(path, graded), said));
    }
    checked = { ...checked, gone: new Set([...checked.gone, ...nodes]) };
  }
  return undefined;
}

/** What a repository asks to be kept from, and nobody can read, keeps from everything. */
export const CLOSED = "It may be a restriction, so every tool is denied until that is put right.";

function misnamed(document: Document, graded: Problem["severity"]): readonly Problem[] {
  return misnamedIn(document).map(({ path, meant }) => {
    const text = `${quote(String(path.at(-1)))} isn't a key that is read: did you mean ${quote(meant)}?`;
    return problemAt(document, nodeAt(document, path), graded, graded === "error" ? text : `${text} ${CLOSED}`);
  });
}

/** Unknown keys are other programs' business, but for those that are ours with a slip: what they ask for isn't in force. */
function slips(document: Document): readonly Problem[] {
  const said = new Set(misnamedIn(document).map(({ path }) => path.join(".")));
  return SHARED.flatMap(({ group, keys }) =>
    Object.keys(objectAt(document, group)).flatMap((key) => {
      if (said.has([...group, key].join("."))) return [];
      const meant = keys.includes(key) || FOREIGN.includes(key) ? undefined : nearest(key, keys);
      const text = `${quote(key)} isn't a key that is read: did you mean ${quote(meant ?? "")}?`;
      return meant === undefined ? [] : [problemAt(document, nodeAt(document, [...group, key]), "warning", text)];
    }),
  );
}

function objectAt(document: Document, group: readonly string[]): JsonObject {
  const found = group.reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), valueOf(document));
  return isObject(found) ? found : {};
}

/** One issue may name several keys. */
function spread(issue: Issue): readonly { readonly path: Path; readonly text: string }[] {
  if (issue.code !== "unrecognized_keys") return [{ path: issue.path, text: `${spell(issue.path)}: ${wordsOf(issue)}. It is left out.` }];
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    text: `${quote(key)} isn't a key of ${spell(issue.path)}: ${suggest(key, KEEL_KEYS)}`,
  }));
}

function wordsOf(issue: Issue): string {
  const words = issue.code === "invalid_union" ? issue.errors.map((errors) => errors[0]?.message ?? "") : [issue.message];
  return words.map((said) => said.replace(/^Invalid input: /, "")).join(" or ");
}

/** `permissions.deny, item 2`. */
function spell(path: Path): string {
  const keys = path.filter((step) => typeof step !== "number").map(String);
  const item = path.find((step) => typeof step === "number");
  return `${quote(keys.join("."))}${item === undefined ? "" : `, item ${item + 1}`}`;
}

function severityOf(path: Path, graded: Problem["severity"]): Problem["severity"] {
  const key = path.filter((step) => typeof step !== "number").join(".");
  return RESTRICTS.includes(key) ? graded : "warning";
}
