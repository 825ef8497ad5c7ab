/**
 * What a repository may set before its folder is trusted. Rule: it may restrict, not grant;
 * a key that isn't in the table doesn't pass, so a new one must be decided here first.
 */
import type { Json, JsonObject, Settings } from "@keelson/protocol";
import { isObject } from "./json.ts";
import { valueIn } from "./merge.ts";

type Part<Group extends keyof Settings> = NonNullable<Settings[Group]>;
type Sandbox = Part<"sandbox">;
type Keys<Prefix extends string, Group> = `${Prefix}.${Extract<keyof Group, string>}`;
export type SettingKey =
  | Exclude<keyof Settings, "permissions" | "keel" | "sandbox" | "autoMode">
  | Keys<"permissions", Part<"permissions">>
  | Keys<"keel", Part<"keel">>
  | Keys<"autoMode", Part<"autoMode">>
  | Keys<"sandbox", Omit<Sandbox, "filesystem" | "network">>
  | Keys<"sandbox.filesystem", NonNullable<Sandbox["filesystem"]>>
  | Keys<"sandbox.network", NonNullable<Sandbox["network"]>>;

/**
 * `lower`: a number passes when it is smaller than what holds without it. `if true`, `if false`: only what restricts; `where false`: of an
 * object, those entries. `never`: not of a trusted folder either.
 */
export type Pass = "used" | "held" | "lower" | "if true" | "if false" | "where false" | "never";

/** A model costs money but grants nothing: the budget is what bounds it, and that can only shrink. */
export const UNTRUSTED: Readonly<Record<SettingKey, Pass>> = {
  model: "used",
  fallbackModel: "used",
  env: "held",
  "permissions.allow": "held",
  "permissions.ask": "used",
  "permissions.deny": "used",
  "permissions.additionalDirectories": "held",
  "permissions.defaultMode": "held",
  "permissions.disableBypassPermissionsMode": "used",
  "permissions.disableAutoMode": "used",
  "sandbox.enabled": "if true",
  "sandbox.failIfUnavailable": "if true",
  "sandbox.autoAllowBashIfSandboxed": "if false",
  "sandbox.excludedCommands": "held",
  "sandbox.allowUnsandboxedCommands": "if false",
  "sandbox.filesystem.allowWrite": "held",
  "sandbox.filesystem.denyWrite": "used",
  "sandbox.filesystem.allowRead": "held",
  "sandbox.filesystem.denyRead": "used",
  "sandbox.filesystem.allowManagedReadPathsOnly": "if true",
  "sandbox.filesystem.disabled": "if false",
  "sandbox.network.allowedDomains": "held",
  "sandbox.network.deniedDomains": "used",
  "sandbox.network.strictAllowlist": "if true",
  "sandbox.network.allowManagedDomainsOnly": "if true",
  "sandbox.network.allowUnixSockets": "held",
  "sandbox.network.allowAllUnixSockets": "if false",
  "sandbox.network.allowLocalBinding": "if false",
  "sandbox.network.allowMachLookup": "held",
  "sandbox.network.httpProxyPort": "held",
  "sandbox.network.socksProxyPort": "held",
  "sandbox.network.tlsTerminate": "held",
  "sandbox.credentials": "held",
  "sandbox.ignoreViolations": "held",
  "sandbox.enableWeakerNestedSandbox": "if false",
  "sandbox.enableWeakerNetworkIsolation": "if false",
  "sandbox.allowAppleEvents": "if false",
  "sandbox.ripgrep": "never",
  "sandbox.bwrapPath": "never",
  "sandbox.socatPath": "never",
  "autoMode.environment": "never",
  "autoMode.allow": "never",
  "autoMode.soft_deny": "never",
  "autoMode.hard_deny": "never",
  "autoMode.classifyAllShell": "never",
  hooks: "held",
  disableAllHooks: "held", // it would switch off the hooks that guard the user
  allowManagedHooksOnly: "never",
  allowedHttpHookUrls: "held",
  httpHookAllowedEnvVars: "held",
  enabledPlugins: "where false", // but for those that bring hooks: see the harness
  extraKnownMarketplaces: "held",
  enableAllProjectMcpServers: "if false",
  enabledMcpjsonServers: "held",
  disabledMcpjsonServers: "used",
  allowedMcpServers: "held",
  deniedMcpServers: "used",
  skillOverrides: "held",
  skillListingMaxDescChars: "lower",
  skillListingBudgetFraction: "lower",
  disableSkillShellExecution: "if true",
  disableBundledSkills: "held",
  claudeMdExcludes: "held",
  outputStyle: "held",
  statusLine: "held",
  apiKeyHelper: "held",
  "keel.baseUrl": "held",
  "keel.dialect": "held",
  "keel.maxTurns": "lower",
  "keel.maxBudgetUsd": "lower",
  "keel.maxTokens": "lower",
  "keel.maxCalls": "lower",
  "keel.maxMinutes": "lower",
  "keel.maxAgents": "lower",
};

const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(UNTRUSTED, key);
const KEYS = Object.keys(UNTRUSTED).filter(isSettingKey);

/** Of a trusted folder, all but what no repository may say. */
export function maskTrusted(settings: JsonObject): { readonly settings: JsonObject; readonly held: readonly SettingKey[] } {
  const auto = valueIn(settings, "permissions.defaultMode") === "auto";
  const held = KEYS.filter(
    (key) => valueIn(settings, key) !== undefined && (UNTRUSTED[key] === "never" || (auto && key === "permissions.defaultMode")),
  );
  return { settings: held.reduce((rest, key) => without(rest, key.split(".")), settings), held };
}

/** `below`: what holds without this file. `held`: the keys that were set and don't pass. */
export function mask(settings: JsonObject, below: JsonObject): { readonly settings: JsonObject; readonly held: readonly SettingKey[] } {
  const held: SettingKey[] = [];
  let passed: JsonObject = {};
  for (const key of KEYS) {
    const pass = UNTRUSTED[key];
    const value = valueIn(settings, key);
    if (value === undefined) continue;
    const part = passing(pass, value, valueIn(below, key));
    if (part !== undefined) passed = put(passed, key.split("."), part);
    if (part !== value && !isEmpty(value)) held.push(key);
  }
  return { settings: passed, held };
}

/** The value, or what counts of it; undefined: nothing. */
function passing(pass: Pass, value: Json, bound: Json | undefined): Json | undefined {
  switch (pass) {
    case "used":
      return value;
    case "held":
    case "never":
      return undefined;
    case "lower":
      return typeof value === "number" && (typeof bound !== "number" || value < bound) ? value : undefined;
    case "if true":
      return value === true ? value : undefined;
    case "if false":
      return value === false ? value : undefined;
    case "where false":
      return isObject(value) ? whereFalse(value) : undefined;
  }
}

function whereFalse(value: JsonObject): Json | undefined {
  const entries = Object.entries(value);
  const off = entries.filter(([, one]) => one === false);
  if (off.length === entries.length) return value;
  return off.length > 0 ? Object.fromEntries(off) : undefined;
}

function without(from: JsonObject, [key = "", ...rest]: readonly string[]): JsonObject {
  const inner = from[key];
  const { [key]: _, ...others } = from;
  return rest.length === 0 || !isObject(inner) ? others : { ...from, [key]: without(inner, rest) };
}

/** Holding back an empty list takes nothing from anyone: no word about it. */
function isEmpty(value: Json): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function put(into: JsonObject, [key = "", ...rest]: readonly string[], value: Json): JsonObject {
  const inner = into[key];
  return { ...into, [key]: rest.length === 0 ? value : put(isObject(inner) ? inner : {}, rest, value) };
}
