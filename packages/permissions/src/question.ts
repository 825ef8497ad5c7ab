// What a question shows: the exact bytes, so that nothing can hide in them, in full, and where each path leads.
import type { Asked, Effect } from "@keelson/protocol";
import { nodeLinks, spell, type Links } from "./path/links.ts";
import { analyseText } from "./shell/analyse.ts";
import { folderOf } from "./path/wildcard.ts";

/** `characters`: of the text, unshortened. `paths`: as written, and what it leads to where that is another place. */
export type Shown = {
  readonly lines: readonly string[];
  readonly characters: number;
  readonly paths: readonly { readonly path: string; readonly leadsTo?: string }[];
};

export async function describeQuestion({ call, home }: Asked, links: Links = nodeLinks): Promise<Shown> {
  const texts = call.effects.map((effect) => textOf(effect));
  const named = [...new Set(call.effects.flatMap((effect) => pathsOf(effect, home)))];
  const paths = await Promise.all(
    named.map(async (path) => {
      const { all, known } = await spell(path, links);
      const real = known ? all.at(-1) : "a place that can't be told";
      return real === undefined || real === all[0] ? { path: escaped(path) } : { path: escaped(path), leadsTo: escaped(real) };
    }),
  );
  return {
    lines: texts.flatMap((text) => text.split("\n").map(escaped)),
    characters: texts.reduce((sum, text) => sum + text.length, 0),
    paths,
  };
}

function textOf(effect: Effect): string {
  switch (effect.do) {
    case "shell":
      return effect.text;
    case "connect":
      return effect.url;
    case "spawn":
      return effect.agent;
    case "unknown":
      return effect.why;
    case "read":
    case "write":
    case "delete":
      return `${effect.do} ${effect.path}`;
  }
}

function pathsOf(effect: Effect, home: string): readonly string[] {
  if (effect.do === "read" || effect.do === "write" || effect.do === "delete") return [effect.path];
  if (effect.do !== "shell") return [];
  return analyseText(effect.text, effect.cwd, home)
    .digest()
    .touches.flatMap((touch) => (touch.do === "net" || touch.guessed ? [] : touch.place.paths.map(folderOf)));
}

const UNSEEN = /(?! )[\p{Cc}\p{Zs}\p{Zl}\p{Zp}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Every character that a terminal wouldn't show by its number: what is read is what bash would read. */
export const escaped = (text: string): string =>
  text.replaceAll(UNSEEN, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
