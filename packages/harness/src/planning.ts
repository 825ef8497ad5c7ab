import type { Mode } from "@keelson/protocol";
import type { BlockKit } from "@keelson/tools";
import type { Dials } from "./dials.ts";

/** Plan mode by the model's own wish, which a person has allowed: leaving it brings back the mode before. */
export function planning(dials: Dials): NonNullable<BlockKit["plan"]> {
  let before: Mode = "default";
  return {
    planning: () => dials.mode === "plan",
    enter() {
      if (dials.mode === "plan") return;
      before = dials.mode;
      dials.setMode("plan");
    },
    leave: () => void dials.setMode(before),
  };
}
