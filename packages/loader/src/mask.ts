/**
 * What a repository may set before its folder is trusted. Rule: it may restrict, not grant;
 * a key that isn't in the table doesn't pass, so a new one must be decided here first.
 */
import type { Json, JsonObject, Settings } from "@keelson/protocol";
import { isObject } from "./json.ts";
import { valueIn } from "./merge.ts";

type Keys<Group extends "permissions" | "keel"> = `${Group}.${Extract<keyof NonNullable<Settings[Group]>, string>}`;
export type SettingKey = Exclude<keyof Settings, "permissions" | "keel"> | Keys<"permissions"> | Keys<"keel">;

/** `lower`: a number passes when it is smaller than what holds without it. */
type Pass = "used" | "held" | "lower";

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
  "keel.baseUrl": "held",
  "keel.dialect": "held",
  "keel.maxTurns": "lower",
  "keel.maxBudgetUsd": "lower",
  "keel.maxTokens": "lower",
  "keel.maxCalls": "lower",
  "keel.maxMinutes": "lower",
};

const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(UNTRUSTED, key);
const KEYS = Object.keys(UNTRUSTED).filter(isSettingKey);

/** `below`: what holds without this file. `held`: the keys that were set and don't pass. */
export function mask(settings: JsonObject, below: JsonObject): { readonly settings: JsonObject; readonly held: readonly SettingKey[] } {
  const held: SettingKey[] = [];
  let passed: JsonObject = {};
  for (const key of KEYS) {
    const pass = UNTRUSTED[key];
    const value = valueIn(settings, key);
    if (value === undefined) continue;
    if (passes(pass, value, valueIn(below, key))) passed = put(passed, key.split("."), value);
    else if (!isEmpty(value)) held.push(key);
  }
  return { settings: passed, held };
}

function passes(pass: Pass, value: Json, bound: Json | undefined): boolean {
  if (pass !== "lower") return pass === "used";
  return typeof value === "number" && (typeof bound !== "number" || value < bound);
}

/** Holding back an empty list takes nothing from anyone: no word about it. */
function isEmpty(value: Json): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function put(into: JsonObject, [key = "", ...rest]: readonly string[], value: Json): JsonObject {
  const inner = into[key];
  return { ...into, [key]: rest.length === 0 ? value : put(isObject(inner) ? inner : {}, rest, value) };
}
