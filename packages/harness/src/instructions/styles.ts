/** The output styles of a place, for the person who chooses one. Rule: a choice goes into the user's own settings and holds from the next session on. */
import { join } from "node:path";
import { explainSetting, managedFiles, readSettings, writeSetting, type Catalog, type Found } from "@keelson/loader";
import { nearest } from "@keelson/protocol";
import type { Place } from "../house.ts";
import type { Standing } from "../guard/folder-trust.ts";
import { findStyle } from "./choose-style.ts";
import { isDefault, type Style } from "./style.ts";

export type StylesOf = {
  readonly catalog: Pick<Catalog, "named" | "aliases">;
  readonly style: Style | undefined;
  readonly standing: Standing;
  readonly place: Place;
};

const DEFAULT = { id: "default", about: "As it comes: brief and plain" };
const LONGEST_ABOUT = 90; // characters

/** Without words, the list of them; else what became of the choice. */
export async function pickStyle({ catalog, style, standing: { trusted }, place }: StylesOf, words: string): Promise<string> {
  const styles = catalog.named.outputStyles;
  const wanted = words.trim();
  if (wanted === "") return listed([...styles.values()], style);
  const found = findStyle(wanted, styles, catalog.aliases.outputStyles);
  if (!found && !isDefault(wanted)) return unknown(wanted, [DEFAULT.id, ...styles.keys()]);
  const file = join(place.keelHome, "settings.json");
  const trouble = await writeSetting(file, "outputStyle", found?.id);
  if (trouble !== undefined) return `Nothing changed. ${trouble}`;
  const chosen = found?.id ?? DEFAULT.id;
  const read = await readSettings({ ...place, trusted, managed: managedFiles(place.platform) });
  const above = explainSetting(read, "outputStyle").find(({ held }) => !held);
  if (above !== undefined && above.source !== "keel_user" && above.value !== chosen)
    return `${chosen} is in ${file} now, but here ${above.file ?? above.source} says ${JSON.stringify(above.value)}, and that stands above it.`;
  return `${chosen}, from the next session on (${file}).`;
}

function listed(styles: readonly Found<"outputStyles">[], style: Style | undefined): string {
  const rows = [DEFAULT, ...styles.map(({ id, part }) => ({ id, about: part.description }))];
  const wide = Math.max(...rows.map(({ id }) => id.length));
  const current = style?.name ?? DEFAULT.id;
  const lines = rows.map(({ id, about }) => {
    const flat = about.replaceAll(/\s+/g, " ");
    const short = flat.length > LONGEST_ABOUT ? `${flat.slice(0, LONGEST_ABOUT - 1)}…` : flat;
    return `${id === current ? "*" : " "} ${id.padEnd(wide)}  ${short}`.trimEnd();
  });
  return [...lines, "/output-style NAME chooses one, from the next session on."].join("\n");
}

function unknown(wanted: string, names: readonly string[]): string {
  const meant = nearest(wanted, names);
  return `No output style is named ${wanted}. ${meant === undefined ? `There are ${names.join(", ")}.` : `Did you mean ${meant}?`}`;
}
