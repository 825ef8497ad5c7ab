/** One run of one hook, whatever its type: what it is handed, what it tells on the way, and how it ended. */
import type { Event, Hook, HookAction, HookCommon, JsonObject } from "@keelson/protocol";
import type { HookPorts } from "../run/ports.ts";

/** `payload` in our words; `stdin`: the JSON in the hook's. `signal` ends the run. */
export type Site = {
  readonly hook: Hook;
  readonly payload: JsonObject & Pick<HookCommon, "session_id" | "cwd">;
  readonly stdin: string;
  readonly timeoutMs: number;
  readonly ports: HookPorts;
  readonly signal: AbortSignal;
};

export type Step =
  | { readonly type: "said"; readonly from: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "event"; readonly event: Event }
  /** Nobody needs to wait for it any longer; it has so many milliseconds more. */
  | { readonly type: "detached"; readonly timeoutMs?: number };

/** `why`: one line for people. */
export type Ran =
  | {
      readonly kind: "exited";
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly cut: boolean;
      readonly missing?: string;
    }
  /** What a server or a tool says is read like the stdout of a program that ended well. */
  | { readonly kind: "answered"; readonly text: string }
  | { readonly kind: "verdict"; readonly ok: boolean; readonly reason: string; readonly impossible: boolean }
  | { readonly kind: "failed"; readonly why: string; readonly timedOut?: true };

export type Act<T extends HookAction["type"]> = (
  action: Extract<HookAction, { type: T }>,
  site: Site,
) => AsyncGenerator<Step, Ran & { readonly environment?: string }>;

export const failed = (why: string): Ran => ({ kind: "failed", why });
