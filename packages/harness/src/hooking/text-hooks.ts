/** What hooks are told of texts that are about to stand in the context: skills behind a slash, and instructions. */
import type { HookOutcome, HookPayloads } from "@keelson/protocol";
import type { Loaded } from "../instructions/tell.ts";
import type { Call } from "../skills/calls.ts";
import type { Hooking } from "./hooking.ts";

/** Why a prompt isn't taken. `hidden`: what was typed isn't to be shown again. */
export type Blocked = { readonly why: string; readonly hidden: boolean };

/** In words why a prompt isn't taken. What was typed is in no such words. */
export function blockIn(outcome: HookOutcome | undefined): Blocked | undefined {
  if (!outcome) return undefined;
  const { stop, decision, said } = outcome;
  const why = stop?.reason ?? (decision?.behavior === "deny" ? `${decision.by.name}: ${decision.reason}` : undefined);
  return why === undefined ? undefined : { why, hidden: said.suppressOriginalPrompt === true };
}

/** Before anything of the text is read. */
export async function blockedExpansion(hooking: Hooking | undefined, call: Call, signal: AbortSignal): Promise<Blocked | undefined> {
  const { entry, args, typed } = call;
  const outcome = await hooking?.fire(
    "UserPromptExpansion",
    { expansion_type: "slash_command", command_name: entry.id, command_args: args, command_source: entry.origin, prompt: typed },
    signal,
  );
  return blockIn(outcome);
}

const MEMORY = { plugin: "User", managed: "Managed", user: "User", project: "Project", local: "Local" } as const satisfies Readonly<
  Record<Loaded["whose"], HookPayloads["InstructionsLoaded"]["memory_type"]>
>;

export function tellLoaded(hooking: Hooking | undefined, loaded: readonly Loaded[], signal: AbortSignal): void {
  for (const { file, whose, reason, globs, trigger, parent } of loaded)
    hooking?.observe(
      "InstructionsLoaded",
      {
        file_path: file,
        memory_type: MEMORY[whose],
        load_reason: reason,
        ...(globs && { globs }),
        ...(trigger !== undefined && { trigger_file_path: trigger }),
        ...(parent !== undefined && { parent_file_path: parent }),
      },
      signal,
    );
}
