// What a mode says about a whole call. Total, so that a new mode can't be forgotten. (acceptEdits covers single effects: see cover.ts.)
import type { Asked, Effect, Mode, Opinion } from "@keelson/protocol";
import { joinAll, say } from "../opinion.ts";
import type { Scene } from "../scene.ts";
import { onlyTells } from "../shell/analyse.ts";

const SAYS: Readonly<Record<Mode, (scene: Scene) => Opinion | undefined>> = {
  default: () => undefined,
  acceptEdits: () => undefined,
  plan: (scene) =>
    joinAll([
      ...scene.asked.call.effects.map((effect) => planSays(effect, scene)),
      scene.asked.call.effects.length === 0 ? unstated(scene.asked) : undefined,
    ]),
  auto: () => undefined, // the classifier's stage: see weigh.ts
  dontAsk: () => undefined, // what would be asked is denied at the end: see decide.ts
  bypassPermissions: () => say("allow", "Mode bypassPermissions allows it."),
};

export const modeSays = (scene: Scene): Opinion | undefined => SAYS[scene.asked.mode](scene);

function planSays(effect: Effect, scene: Scene): Opinion | undefined {
  const { asked } = scene;
  switch (effect.do) {
    case "write":
    case "delete":
      return say("deny", `Mode plan changes no files (${effect.path}). Finish the plan first.`);
    case "shell":
      return onlyTells(scene.analysis(effect)) ? undefined : say("ask", "Mode plan runs no command unasked that may change something.");
    case "connect":
    case "unknown":
      return asked.call.readOnly || READS_THE_WEB.has(asked.tool)
        ? undefined
        : say("deny", `Mode plan only reads, and ${asked.tool} may do more. Finish the plan first.`);
    case "read":
    case "spawn": // an agent's calls are judged by themselves, in the same mode
      return undefined;
  }
}

/** They change nothing, but tell others what is looked for: asked about where no rule allows it, as in any mode. */
const READS_THE_WEB: ReadonlySet<string> = new Set(["WebFetch", "WebSearch"]);

function unstated(asked: Asked): Opinion | undefined {
  return asked.call.readOnly ? undefined : say("ask", `Mode plan only reads, and ${asked.tool} doesn't say what it touches.`);
}
