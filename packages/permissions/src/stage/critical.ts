// Removing a critical folder is asked about in every mode, whatever the rules say; so is a command that could hide such a removal:
// one whose program, or the text that a shell runs, is made as it runs.
import { posix } from "node:path";
import type { Effect, Opinion } from "@keelson/protocol";
import { say } from "../opinion.ts";
import { criticalIn, isCritical } from "../path/critical.ts";
import type { Scene, ShellEffect } from "../scene.ts";
import { MARK } from "../shell/marks.ts";
import type { FileTouch, Touch } from "../shell/touch.ts";
import { folderOf } from "../path/wildcard.ts";

const UNREAD = "The command could remove a folder that must not be lost, and isn't plain enough to tell.";
const MADE = "The command makes the name of a program or its code as it runs, which could remove a folder that must not be lost.";
const NAMED = /(?<![\w.-])(?:rm|rmdir|unlink|shred|srm|trash|rmtree)(?![\w-])/i;

export async function criticalRemovals(scene: Scene): Promise<Opinion | undefined> {
  for (const effect of scene.asked.call.effects) {
    const why = await removes(effect, scene);
    if (why !== undefined) return say("ask", why);
  }
  return undefined;
}

async function removes(effect: Effect, scene: Scene): Promise<string | undefined> {
  if (effect.do === "delete") return firstCritical([effect.path], [], scene);
  return effect.do === "shell" ? commandRemoves(effect, scene) : undefined;
}

async function commandRemoves(effect: ShellEffect, scene: Scene): Promise<string | undefined> {
  const { text, broken, digest } = scene.analysis(effect);
  const { all, touches } = digest();
  if (broken !== undefined && NAMED.test(text.replaceAll(/['"\\]/g, ""))) return UNREAD;
  if (all.some(({ hides }) => hides?.made)) return MADE;
  if (all.some(({ codes }) => codes.some((code) => NAMED.test(code)))) return UNREAD;
  for (const touch of touches) {
    const why = isRemoval(touch) ? await touchRemoves(touch, effect.cwd, scene) : undefined;
    if (why !== undefined) return why;
  }
  return undefined;
}

const isRemoval = (touch: Touch): touch is FileTouch => touch.do === "delete" && touch.guessed !== true && touch.over !== true;

async function touchRemoves(touch: FileTouch, cwd: string, scene: Scene): Promise<string | undefined> {
  const { paths, unknown } = touch.place;
  if (unknown && touch.under) return UNREAD;
  for (const path of paths) {
    const { paths: each, known } = await scene.expand(path);
    for (const one of each) {
      const why = one.includes(MARK.glob)
        ? await globRemoves(one, cwd, scene)
        : await firstCritical([one], touch.part ? undefined : [cwd], scene);
      if (why !== undefined) return why;
    }
    if (!known) return `It would remove what is in ${folderOf(path)}, and what that is can't be told.`;
  }
  return undefined;
}

/** What a wildcard stands for lies in the folder before it: some of it may be critical, or all of the folder meant. */
async function globRemoves(path: string, cwd: string, scene: Scene): Promise<string | undefined> {
  const folder = folderOf(path);
  const [first = "", ...behind] = path
    .slice(folder === "/" ? 0 : folder.length)
    .split("/")
    .filter(Boolean);
  const all = [first, ...behind].every((name) => name.replaceAll(MARK.glob, "").replaceAll(".", "") === "");
  const spelled = await scene.spell(folder);
  const lost = spelled.all.find((one) => criticalIn(one, first, behind, scene.asked) || (all && isCritical(one, scene.asked, [cwd])));
  if (lost !== undefined) return `It would remove what is in ${lost}, and some of that must not be lost.`;
  return spelled.known ? undefined : `It would remove what is in ${folder}, and where that leads can't be told.`;
}

/** `here`: where a command starts. Undefined: only some of what is beneath is removed, which where the session works is ordinary. */
async function firstCritical(paths: readonly string[], here: readonly string[] | undefined, scene: Scene): Promise<string | undefined> {
  const { asked } = scene;
  for (const path of paths) {
    const { all, known } = await scene.spell(posix.isAbsolute(path) ? path : posix.join(asked.cwd, path));
    const own = new Set([asked.cwd, ...asked.directories]);
    const critical = all.find((one) => isCritical(one, asked, here ?? []) && !(here === undefined && own.has(one)));
    if (critical !== undefined) return `It would remove ${here === undefined ? "what is in " : ""}${critical}, which must not be lost.`;
    if (!known) return `It would remove ${path}, and where that leads can't be told.`;
  }
  return undefined;
}
