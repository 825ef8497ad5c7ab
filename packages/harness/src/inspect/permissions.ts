/**
 * The rules that hold in a place, as a session there would have them, and what they say of a call. Rule: it reads, and nothing runs: no
 * hook, no model, no sandbox; nobody is asked.
 */
import { resolve } from "node:path";
import { managedFiles, readSettings } from "@keelson/loader";
import { createAnalyse, explain, judgeCase, policyOf, proposeRules, rulingOn, type Case, type Heard } from "@keelson/permissions";
import {
  MODES,
  STAGES,
  type Asked,
  type Decision,
  type Json,
  type JsonObject,
  type Mode,
  type Problem,
  type Rule,
} from "@keelson/protocol";
import { BUILTIN, lineOf } from "../gather.ts";
import { boxOf } from "../guard/box.ts";
import { standingOf, groundOf } from "../guard/folder-trust.ts";
import { stagesOf } from "../guard/stages.ts";
import type { Place, Refusal } from "../house.ts";
import { openGrants, ruleOf, type Grant } from "../kept/grants.ts";
import { openTrust } from "../kept/trust.ts";
import { onlyUser } from "../question.ts";
import { gatherRules } from "../rules.ts";
import { binder, type Bind } from "./bind.ts";

/** What stands on the command line. `settings`: a path, or the JSON itself. */
export type RulesAsked = { readonly settings?: string; readonly mode?: Mode };
export { openGrants, type Grant, type Grants } from "../kept/grants.ts";
export { classifyLine } from "@keelson/permissions";
export { judgePast, type CallChange, type PastJudged } from "./past.ts";
/** `rules`: of settings. `approvals`: those of this folder that hold now. `forbidden`: modes that can't be had, and why. */
export type RulesView = {
  readonly mode: Mode;
  readonly rules: readonly Rule[];
  readonly approvals: readonly Grant[];
  readonly forbidden: readonly { readonly mode: Mode; readonly why: string }[];
  readonly trusted: boolean;
  readonly trustRoot: string;
  readonly directories: readonly string[];
  readonly problems: readonly Problem[];
  readonly ground: Ground;
};
/** What calls are judged on. */
type Ground = Pick<Asked, "cwd" | "home" | "directories" | "rules"> & { readonly stages: ReturnType<typeof stagesOf>; readonly bind: Bind };

export async function inspectRules(place: Place, { settings: flag, mode }: RulesAsked, wall: () => number): Promise<RulesView | Refusal> {
  const { cwd, home, keelHome } = place;
  const standing = await standingOf(groundOf(cwd).root, openTrust(keelHome), false);
  const { trusted, root } = standing;
  const read = await readSettings({
    managed: managedFiles(place.platform),
    cwd,
    home,
    keelHome,
    trusted,
    builtin: BUILTIN,
    ...(flag !== undefined && { flag }),
  });
  const broken = read.problems.find(({ severity }) => severity === "error");
  if (broken) return { code: "settings", text: lineOf(broken) };
  const gathered = await gatherRules(read.rules, {}, { cwd, home });
  if ("code" in gathered) return gathered;
  const { permissions } = read.settings;
  const policy = policyOf(permissions);
  const ruling = rulingOn(mode ?? permissions?.defaultMode ?? "default", "user", policy);
  if (!ruling.ok) return { code: mode === undefined ? "settings" : "usage", text: ruling.why };
  const kept = await openGrants(keelHome, wall).list(cwd);
  const approvals = typeof kept === "string" ? [] : kept;
  const directories = (permissions?.additionalDirectories ?? []).map((folder) => resolve(cwd, folder));
  const rules = [...gathered.rules, ...approvals.map(ruleOf)];
  const box = boxOf(read.settings, { bounds: () => ({ rules, directories }), home, keelHome, session: "none" });
  return {
    mode: ruling.mode,
    rules: gathered.rules,
    approvals,
    forbidden: MODES.flatMap((one) => {
      const said = rulingOn(one, "user", policy);
      return said.ok ? [] : [{ mode: one, why: said.why }];
    }),
    trusted,
    trustRoot: root,
    directories,
    problems: [
      ...read.problems,
      ...gathered.problems,
      ...(typeof kept === "string" ? [{ severity: "warning" as const, file: "", text: kept }] : []),
    ],
    ground: {
      cwd,
      home,
      directories,
      rules,
      stages: stagesOf({ settings: read.settings }, { box }, silentModel),
      bind: binder(place, createAnalyse(home)),
    },
  };
}

/** A model that would be asked says nothing here: then the user is asked. */
const silentModel: Parameters<typeof stagesOf>[2] = () => async () => "";

/**
 * `by`: whether the tool itself read the input (`block`), or its effects are known by its name alone (`name`), as for a server's tool.
 * `refused`: what the tool would say instead of running, whatever the rules say.
 */
export type CallExplained = {
  readonly decision: Decision;
  readonly stages: readonly Heard[];
  readonly effects: readonly string[];
  readonly by: "block" | "name" | "nothing";
  readonly refused?: string;
  /** Rules that would allow it, at most five. */
  readonly proposed: readonly string[];
};

export async function explainCall(
  { mode, ground }: Pick<RulesView, "mode" | "ground">,
  { tool, input }: { readonly tool: string; readonly input: Json },
  signal: AbortSignal,
): Promise<CallExplained> {
  const { stages, bind, ...where } = ground;
  const bound = bind(tool, input, where.cwd);
  if (!bound.ok) return unbound(bound.error);
  const { call, by, refused } = bound;
  const asked: Asked = { ...where, tool, call, mode };
  const explained = await explain(asked, stages, signal);
  const decision = call.asksUser && explained.decision.behavior === "allow" ? onlyUser(explained.decision) : explained.decision;
  const proposed = decision.behavior === "ask" && !call.asksUser ? await proposeRules(asked, stages, signal) : [];
  return { ...explained, decision, by, proposed, ...(refused !== undefined && { refused }) };
}

function unbound(reason: string): CallExplained {
  const opinion = { behavior: "deny", reason, explicit: true } as const;
  return {
    decision: { ...opinion, stage: "validate" },
    stages: STAGES.map((stage, at) => ({ stage, heard: at === 0, opinion: at === 0 ? opinion : undefined })),
    effects: [],
    by: "nothing",
    refused: reason,
    proposed: [],
  };
}

export type LineJudged =
  | { readonly ok: true; readonly id: string; readonly verdict: "allow" | "ask" | "deny"; readonly reason: string }
  | { readonly ok: false; readonly why: string };

/** One line of a file of cases, each in a world of its own. Never rejects but on abort. */
export async function judgeLine(line: string, signal: AbortSignal): Promise<LineJudged> {
  const read = readCase(line);
  if (typeof read === "string") return { ok: false, why: read };
  try {
    return { ok: true, ...(await judgeCase(read, signal)) };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, why: `it can't be judged: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const LISTS = ["allow", "ask", "deny"] as const;

/** In words what isn't as in a case. */
function readCase(line: string): Case | string {
  const one = parsed(line);
  if (!isObject(one)) return one === undefined ? "it isn't JSON" : "it isn't an object";
  const { id, tool, input } = one;
  const settings = one["settings"] ?? {};
  const fs = one["fs"] ?? [];
  if (typeof id !== "string") return '"id" must be a text';
  if (typeof tool !== "string") return '"tool" must be a text';
  if (!isObject(settings)) return '"settings" must be an object';
  const cwd = settings["cwd"] ?? undefined;
  const mode = settings["mode"] ?? "default";
  const permissions = settings["permissions"] ?? {};
  const additionalDirectories = settings["additionalDirectories"] ?? [];
  if (!isObject(permissions)) return '"settings.permissions" must be an object';
  const lists = LISTS.map((name) => [name, permissions[name] ?? []] as const);
  const wrong = lists.find(([, rules]) => !isList(rules, isRule))?.[0];
  if (wrong !== undefined) return `"settings.permissions.${wrong}" must be a list of rules`;
  if (typeof mode !== "string") return '"settings.mode" must be a text';
  if (cwd !== undefined && typeof cwd !== "string") return '"settings.cwd" must be a text';
  if (!isList(additionalDirectories, isText)) return '"settings.additionalDirectories" must be a list of texts';
  if (!isList(fs, isLink)) return '"fs" must be a list of {"path", "target"}';
  return {
    id,
    tool,
    settings: { permissions: Object.fromEntries(lists), mode, additionalDirectories, ...(cwd !== undefined && { cwd }) },
    fs,
    ...(input !== undefined && { input }),
  };
}

type Ruled = string | { readonly rule: string };
const isText = (value: Json): value is string => typeof value === "string";
const isRule = (value: Json): value is Ruled => isText(value) || (isObject(value) && typeof value["rule"] === "string");
const isLink = (value: Json): value is { readonly path: string; readonly target: string } =>
  isObject(value) && typeof value["path"] === "string" && typeof value["target"] === "string";
const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
const isList = <T extends Json>(value: Json, is: (one: Json) => one is T): value is readonly T[] =>
  Array.isArray(value) && value.every((one) => is(one));

function parsed(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined; // the caller names the line
  }
}
