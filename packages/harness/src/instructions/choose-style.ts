/** Which output style a session has. Rule: one at most; a plugin may force its own, else the user's setting chooses. */
import type { Catalog, Found } from "@keelson/loader";
import { nearest, type Problem } from "@keelson/protocol";
import { stripInvisible } from "./invisible.ts";
import { forces, isDefault, type ChosenStyle } from "./style.ts";
import type { TellPorts } from "./tell.ts";

/** `wanted`: the setting `outputStyle`. A style that isn't there is a problem, and the session speaks as usual. */
export async function chooseStyle(
  { named, aliases }: Pick<Catalog, "named" | "aliases">,
  wanted: string | undefined,
  read: TellPorts["read"],
): Promise<ChosenStyle> {
  const styles = named.outputStyles;
  const forced = [...styles.values()].find(forces);
  if (!forced && (wanted === undefined || isDefault(wanted))) return { style: undefined, problems: [] };
  const found = forced ?? findStyle(wanted ?? "", styles, aliases.outputStyles);
  if (!found) return { style: undefined, problems: [unknown(wanted ?? "", [...styles.keys()])] };
  const body = await read(found.part.file, found.layer.within);
  if (!body.ok)
    return {
      style: undefined,
      problems: [{ severity: "warning", file: found.part.file, text: `The output style ${found.id} ${body.why}.` }],
    };
  return { style: { name: found.id, text: stripInvisible(body.text).text.trim(), keepsCoding: found.part.keepsCoding }, problems: [] };
}

export function findStyle(
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
