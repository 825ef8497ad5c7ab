// A change of a protected path is asked about, whatever the allow rules say. Only mode bypassPermissions lifts it.
import type { Effect, Opinion } from "@keelson/protocol";
import { say } from "../opinion.ts";
import { isProtected } from "../path/protected.ts";
import type { Scene } from "../scene.ts";
import { mayTouchProtected } from "../shell/hidden.ts";
import { pathsIn } from "../shell/operands.ts";
import { onlyReads } from "../shell/programs.ts";
import type { ShellEffect } from "../shell/restrict-paths.ts";
import { plainWords } from "../shell/words.ts";

export async function protectedPaths(scene: Scene): Promise<Opinion | undefined> {
  if (scene.asked.mode === "bypassPermissions") return undefined;
  for (const effect of scene.asked.call.effects) {
    const why = await changes(effect, scene);
    if (why !== undefined) return say("ask", why);
  }
  return undefined;
}

async function changes(effect: Effect, scene: Scene): Promise<string | undefined> {
  if (effect.do === "shell") return commandChanges(effect, scene);
  if (effect.do !== "write" && effect.do !== "delete") return undefined;
  return firstProtected([effect.path], scene);
}

async function commandChanges(effect: ShellEffect, scene: Scene): Promise<string | undefined> {
  const words = plainWords(effect.text);
  if (!words)
    return mayTouchProtected(effect.text) ? "The command could change a protected path, and isn't plain enough to tell." : undefined;
  if (onlyReads(words[0] ?? "")) return undefined;
  return firstProtected(
    words.flatMap((word) => pathsIn(word, effect.cwd, scene.asked.home)),
    scene,
  );
}

async function firstProtected(paths: readonly string[], scene: Scene): Promise<string | undefined> {
  for (const path of paths) {
    const { all } = await scene.spell(path);
    const found = all.find(isProtected);
    if (found !== undefined) return `${found} is protected: changing it can run code later or change what is allowed.`;
  }
  return undefined;
}
