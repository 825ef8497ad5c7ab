// A change of a protected path is asked about, whatever the allow rules say. Only mode bypassPermissions lifts it.
import type { Effect, Opinion } from "@keelson/protocol";
import { say } from "../opinion.ts";
import { isWithin, tidy } from "../path/links.ts";
import { isProtected, mayBeProtected } from "../path/protected.ts";
import type { Scene, ShellEffect } from "../scene.ts";
import { MARK } from "../shell/marks.ts";
import { bringsSome } from "../shell/brings.ts";
import type { FileTouch, Touch } from "../shell/touch.ts";

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
  const { touches, digest } = scene.analysis(effect);
  const changed = new Set([...touches, ...digest().all.flatMap(({ facts }) => (facts.tells ? [] : facts.touches))]);
  const paths = Array.from(changed).flatMap((touch) => (isChange(touch) ? touch.place.paths : []));
  return (await firstProtected(new Set(paths), scene)) ?? brought(changed, scene);
}

/** What a folder brings to where the session or the user works. Elsewhere a copy of it all is ordinary. */
async function brought(touches: Iterable<Touch>, scene: Scene): Promise<string | undefined> {
  for (const touch of touches) {
    if (!isChange(touch) || touch.brings === undefined) continue;
    for (const path of touch.place.paths) {
      if (!isWithin(path, scene.asked.home) && !(await scene.inScope(path))) continue;
      if (await bringsSome(touch.brings, path, isProtected, scene))
        return `It would put what is protected into ${tidy(path)}: changing that can run code later or change what is allowed.`;
    }
  }
  return undefined;
}

const isChange = (touch: Touch): touch is FileTouch => touch.do === "write" || touch.do === "delete";

async function firstProtected(paths: Iterable<string>, scene: Scene): Promise<string | undefined> {
  for (const path of paths) {
    if (path.includes(MARK.glob)) {
      const { all, known } = await scene.spellEach(path);
      if (!known || mayBeProtected(path) || all.some(isProtected))
        return `${path.replaceAll(MARK.glob, "*")} may name a protected path: changing one can run code later or change what is allowed.`;
      continue;
    }
    const { all } = await scene.spell(path);
    const found = all.find(isProtected);
    if (found !== undefined) return `${found} is protected: changing it can run code later or change what is allowed.`;
  }
  return undefined;
}
