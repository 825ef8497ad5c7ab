/** What one hook came to. `at`: its place among those declared. */
import type { HookBehavior, HookRef, HookSaid, JsonObject } from "@keelson/protocol";

export type HookResult = {
  readonly by: HookRef;
  readonly at: number;
  readonly ended: "ok" | "blocked" | "failed" | "timed_out" | "cancelled" | "background";
  readonly decision?: { readonly behavior: HookBehavior; readonly reason: string };
  readonly updatedInput?: JsonObject;
  readonly context?: string;
  readonly message?: string;
  readonly stop?: string;
  readonly suppressOutput?: true;
  readonly environment?: string;
  readonly said: HookSaid;
  /** What is wrong with the hook itself, for the user, once. */
  readonly problem?: string;
};

/** What a run says, before anybody has asked who said it. */
export type Verdict = Omit<HookResult, "by" | "at">;
