import { lookUp } from "@keelson/model";
import { policyOf, rulingOn, type ModePolicy } from "@keelson/permissions";
import type { Mode, Settings } from "@keelson/protocol";
import type { Bounds } from "./budget/ledger.ts";
import type { Flags, Place, Refusal } from "./house.ts";

/** What bounds a run, and who answers: flags above the environment, the environment above settings. */
export type Limits = {
  /** The first is preferred, the others are fallbacks. */
  readonly models: readonly string[];
  /** How hard the model tries; undefined: as it does by itself. */
  readonly effort?: string;
  readonly mode: Mode;
  /** Which modes may be had. */
  readonly policy: ModePolicy;
  readonly maxTurns: number;
  readonly maxBudgetUsd: number | undefined;
  /** Of the session with all its agents. */
  readonly bounds: Bounds;
};

const DEFAULT_MODEL = "claude-sonnet-5-5";

export function chooseLimits(flags: Flags, settings: Settings, env: Place["env"]): Limits | Refusal {
  const policy = policyOf(settings.permissions);
  const ruling = rulingOn(flags.permissionMode ?? settings.permissions?.defaultMode ?? "default", "user", policy);
  if (!ruling.ok)
    return flags.permissionMode === undefined
      ? { code: "settings", text: `permissions.defaultMode of the settings can't be used. ${ruling.why}` }
      : { code: "usage", text: ruling.why };
  const model = flags.model ?? (env["ANTHROPIC_MODEL"] || undefined) ?? settings.model ?? DEFAULT_MODEL;
  const fallback = flags.fallbackModel ?? [settings.fallbackModel ?? []].flat();
  return {
    models: [...new Set([model, ...fallback].map((name) => lookUp(name).id))],
    mode: ruling.mode,
    policy,
    ...(flags.effort !== undefined && { effort: flags.effort }),
    maxTurns: flags.maxTurns ?? settings.keel?.maxTurns ?? Infinity,
    maxBudgetUsd: flags.maxBudgetUsd ?? settings.keel?.maxBudgetUsd,
    bounds: boundsOf(flags, settings),
  };
}

const MINUTE_MS = 60_000;

function boundsOf(flags: Flags, { keel }: Settings): Bounds {
  const usd = flags.maxBudgetUsd ?? keel?.maxBudgetUsd;
  const { maxTokens: tokens, maxCalls: calls, maxMinutes: minutes } = keel ?? {};
  return {
    ...(usd !== undefined && { usd }),
    ...(tokens !== undefined && { tokens }),
    ...(calls !== undefined && { calls }),
    ...(minutes !== undefined && { ms: minutes * MINUTE_MS }),
  };
}
