import { lookUp } from "@keelson/model";
import { MODES, type Mode, type Settings } from "@keelson/protocol";
import type { Bounds } from "./budget/ledger.ts";
import type { Flags, Place, Refusal } from "./house.ts";

/** What bounds a run, and who answers: flags above the environment, the environment above settings. */
export type Limits = {
  /** The first is preferred, the others are fallbacks. */
  readonly models: readonly string[];
  readonly mode: Mode;
  readonly maxTurns: number;
  readonly maxBudgetUsd: number | undefined;
  /** Of the session with all its agents. */
  readonly bounds: Bounds;
};

const DEFAULT_MODEL = "claude-sonnet-5-5";

export function chooseLimits(flags: Flags, settings: Settings, env: Place["env"]): Limits | Refusal {
  const named = flags.permissionMode ?? settings.permissions?.defaultMode ?? "default";
  const mode = MODES.find((one) => one === named);
  if (mode === undefined)
    return {
      code: "settings",
      text: `permissions.defaultMode in the settings is no permission mode: ${named}. There are ${MODES.join(", ")}.`,
    };
  const model = flags.model ?? (env["ANTHROPIC_MODEL"] || undefined) ?? settings.model ?? DEFAULT_MODEL;
  const fallback = flags.fallbackModel ?? [settings.fallbackModel ?? []].flat();
  return {
    models: [...new Set([model, ...fallback].map((name) => lookUp(name).id))],
    mode,
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
