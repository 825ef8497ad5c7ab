/**
 * The output style of a session: how it speaks, as a text that joins the system prompt. Rule: one at most; a plugin may force its own,
 * else the user's setting chooses; without its word the coding instructions go.
 */
import type { Catalog, Found, LayerKind } from "@keelson/loader";
import { nearest, type Problem } from "@keelson/protocol";
import type { SystemPrompt } from "../prompt.ts";
import { stripInvisible } from "./invisible.ts";
import type { TellPorts } from "./tell.ts";

export type Style = { readonly name: string; readonly text: string; readonly keepsCoding: boolean };
export type ChosenStyle = { readonly style: Style | undefined; readonly problems: readonly Problem[] };

const FORCING: readonly LayerKind[] = ["plugin", "flag", "distribution", "bundled"];

/** `wanted`: the setting `outputStyle`. A style that isn't there is a problem, and the session speaks as usual. */
export async function chooseStyle(
  { named, aliases }: Pick<Catalog, "named" | "aliases">,
  wanted: string | undefined,
  read: TellPorts["read"],
): Promise<ChosenStyle> {
  const styles = named.outputStyles;
  const forced = [...styles.values()].find(({ part, layer }) => part.forced && FORCING.includes(layer.kind));
  if (!forced && (wanted === undefined || wanted.toLowerCase() === "default")) return { style: undefined, problems: [] };
  const found = forced ?? find(wanted ?? "", styles, aliases.outputStyles);
  if (!found) return { style: undefined, problems: [unknown(wanted ?? "", [...styles.keys()])] };
  const body = await read(found.part.file, found.layer.within);
  if (!body.ok)
    return {
      style: undefined,
      problems: [{ severity: "warning", file: found.part.file, text: `The output style ${found.id} ${body.why}.` }],
    };
  return { style: { name: found.id, text: stripInvisible(body.text).text.trim(), keepsCoding: found.part.keepsCoding }, problems: [] };
}

function find(
  wanted: string,
  styles: ReadonlyMap<string, Found<"outputStyles">>,
  aliases: ReadonlyMap<string, string>,
): Found<"outputStyles"> | undefined {
  const exact = styles.get(wanted) ?? styles.get(aliases.get(wanted) ?? "");
  return exact ?? [...styles.values()].find(({ id, part }) => [id, part.name].some((name) => name.toLowerCase() === wanted.toLowerCase()));
}

function unknown(wanted: string, names: readonly string[]): Problem {
  const meant = nearest(wanted, names);
  const hint = meant === undefined ? `There are ${[...names, "default"].join(", ")}.` : `Did you mean ${meant}?`;
  return { severity: "warning", file: "", code: "style_unknown", text: `No output style is named ${wanted}. ${hint}`, hint };
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
