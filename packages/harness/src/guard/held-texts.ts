/** Texts that a repository brings and that are told only once its folder is trusted. Rule: they are found by name; none is opened for it. */
import { sep } from "node:path";
import { nestedTexts, type Catalog, type PluginLayer } from "@keelson/loader";
import type { Problem } from "@keelson/protocol";
import { bringerOf } from "../plugins/gathered.ts";

export type HeldText = { readonly what: string; readonly file: string };
type At = { readonly cwd: string; readonly home: string };

/** Nothing is looked for below the home directory: what stands in there are other projects. */
export function textsBrought({ joined }: Pick<Catalog, "joined">, { cwd, home }: At): readonly HeldText[] {
  const brought = ({ layer }: { readonly layer: PluginLayer }): boolean => bringerOf(layer) === "repository";
  const found = [
    ...joined.instructions.filter(brought).map(({ part }): HeldText => ({ what: "instructions", file: part.file })),
    ...joined.rules.filter(brought).map(({ part }): HeldText => ({ what: "rule", file: part.file })),
    ...(`${home}${sep}`.startsWith(cwd === sep ? sep : `${cwd}${sep}`) ? [] : nestedTexts(cwd)).map((file): HeldText => ({
      what: "instructions for files there",
      file,
    })),
  ];
  return [...new Map(found.toReversed().map((one) => [one.file, one])).values()].toReversed();
}

/** `whole`: with what isn't trusted. */
export function heldTexts(whole: Pick<Catalog, "joined">, trusted: boolean, at: At): { readonly problems: readonly Problem[] } {
  return { problems: trusted ? [] : textsBrought(whole, at).map(held) };
}

const held = ({ what, file }: HeldText): Problem => ({
  severity: "warning",
  code: "texts_held",
  file,
  text: `isn't read (${what}): the folder isn't trusted. Look with keel trust; let it count with --trust, or for good with keel trust give.`,
});
