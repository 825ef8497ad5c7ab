// A command that can't be read as bash reads it is asked about in every mode but bypassPermissions, whatever the rules allow:
// what is shown to the user isn't surely what runs.
import type { Opinion } from "@keelson/protocol";
import { say } from "../opinion.ts";
import type { Scene } from "../scene.ts";

export async function unreadable(scene: Scene): Promise<Opinion | undefined> {
  if (scene.asked.mode === "bypassPermissions") return undefined;
  for (const effect of scene.asked.call.effects) {
    const why = effect.do === "shell" ? scene.analysis(effect).broken : undefined;
    if (why !== undefined) return say("ask", `The command can't be relied on: ${why}.`);
  }
  return undefined;
}
