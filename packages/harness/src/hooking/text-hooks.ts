/** What hooks are told of texts that are about to stand in the context: skills behind a slash, and instructions. */
import type { HookPayloads } from "@keelson/protocol";
import type { Loaded } from "../instructions/tell.ts";
import type { Call } from "../skills/calls.ts";
import type { Hooking } from "./hooking.ts";

/** Before anything of the text is read; in words why it isn't. What was typed is in no such words. */
export async function blockedExpansion(hooking: Hooking | undefined, call: Call, signal: AbortSignal): Promise<string | undefined> {
  const { entry, args, typed } = call;
  const outcome = await hooking?.fire(
    "UserPromptExpansion",
    { expansion_type: "slash_command", command_name: entry.id, command_args: args, command_source: entry.origin, prompt: typed },
    signal,
  );
  if (outcome?.stop) return outcome.stop.reason;
  return outcome?.decision?.behavior === "deny" ? `${outcome.decision.by.name}: ${outcome.decision.reason}` : undefined;
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
