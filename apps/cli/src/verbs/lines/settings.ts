import { filled } from "../../option-values.ts";
import { below, read, type Line } from "./line.ts";

export type SettingsAsked = {
  readonly what: { readonly show: "explain"; readonly key: string } | { readonly show: "path" } | { readonly show: "schema" };
  readonly settings?: string;
};

export function readSettings(line: Line): SettingsAsked {
  let what: SettingsAsked["what"] | undefined;
  const settings = line
    .program("Where settings come from, and what may stand in them.")
    .option("--settings <file or json>", "settings that stand above every file", filled);
  below(settings, "explain <key>", "who sets a key, highest first: permissions.deny, env.PATH").action(
    (key: string) => void (what = { show: "explain", key }),
  );
  below(settings, "path", "the settings files that are read here").action(() => void (what = { show: "path" }));
  below(settings, "schema", "a JSON Schema of the file, for editors").action(() => void (what = { show: "schema" }));
  const nothingAsked = (): never => settings.error("One of these is wanted: explain KEY, path, schema.");
  settings.action(nothingAsked);
  const options = read(settings, line).opts<{ settings?: string }>();
  if (!what) return nothingAsked();
  return { what, ...options };
}
