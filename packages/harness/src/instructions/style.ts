/** How an output style changes the system prompt. Rule: its words stand behind the boundary; without its own word the coding instructions go. */
import { readBody, type Catalog, type Found, type LayerKind } from "@keelson/loader";
import type { Problem } from "@keelson/protocol";
import type { SystemPrompt } from "../prompt.ts";

export type Style = { readonly name: string; readonly text: string; readonly keepsCoding: boolean };
export type ChosenStyle = { readonly style: Style | undefined; readonly problems: readonly Problem[] };

const FORCING: readonly LayerKind[] = ["plugin", "flag", "distribution", "bundled"];
export const forces = ({ part, layer }: Found<"outputStyles">): boolean => part.forced && FORCING.includes(layer.kind);
export const isDefault = (wanted: string): boolean => wanted.toLowerCase() === "default";

/** Of a session that begins. `wanted`: the setting `outputStyle`; nearly always there is nothing to be looked for. */
export async function styleIn(catalog: Pick<Catalog, "named" | "aliases">, wanted: string | undefined): Promise<ChosenStyle> {
  const isAsked = (wanted !== undefined && !isDefault(wanted)) || [...catalog.named.outputStyles.values()].some(forces);
  if (!isAsked) return { style: undefined, problems: [] };
  return await (await import("./choose-style.ts")).chooseStyle(catalog, wanted, (file, within) => readBody({ file }, within));
}

const MARK = /^[ \t]*<!--[ \t]*\/?coding[ \t]*-->[ \t]*\n?/gm;
const CODING = /^[ \t]*<!--[ \t]*coding[ \t]*-->[ \t]*\n[\s\S]*?^[ \t]*<!--[ \t]*\/coding[ \t]*-->[ \t]*\n?/gm;

/** What a plugin's system text marks with `<!-- coding -->` … `<!-- /coding -->`, each on a line of its own, are the coding instructions. */
export function applyStyle({ fixed, live }: SystemPrompt, style: Style | undefined): SystemPrompt {
  const kept = style === undefined || style.keepsCoding ? fixed : fixed.replaceAll(CODING, "");
  const said = style === undefined || style.text === "" ? live : `# Output style: ${style.name}\n\n${style.text}\n\n${live}`;
  return {
    fixed: kept
      .replaceAll(MARK, "")
      .replaceAll(/\n{3,}/g, "\n\n")
      .trim(),
    live: said,
  };
}
