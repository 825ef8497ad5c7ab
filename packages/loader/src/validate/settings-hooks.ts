/** Hooks in the settings of a folder like ~/.keel, which a session reads beside its plugin parts. Rule: told as a session tells of them. */
import { join } from "node:path";
import type { PluginDecl, Problem } from "@keelson/protocol";
import { readInside } from "../inside.ts";
import { lineAt, objectOf, parseDocument } from "../json.ts";
import { hooksIn } from "../part/hooks.ts";
import { fail } from "../problem.ts";

const FILES = ["settings.json", "settings.local.json"];
const FOLDERS = ["keel-folder", "claude-folder"];
const LIMIT_BYTES = 1024 * 1024;

export async function settingsHooks(root: string, within: string, plugin: PluginDecl | undefined): Promise<readonly Problem[]> {
  if (!FOLDERS.includes(plugin?.format ?? "")) return [];
  const found: Problem[] = [];
  for (const name of FILES) {
    const file = join(root, name);
    const read = await readInside(root, name, LIMIT_BYTES, within);
    if (!read.ok) continue;
    const parsed = parseDocument(file, read.text, "jsonc");
    if (!parsed.ok) {
      found.push(fail({ file, line: parsed.line ?? 1 }, { code: "json_invalid", what: `${parsed.why}.`, hint: "Correct it." }));
      continue;
    }
    const { document } = parsed;
    const value = objectOf(document)["hooks"];
    if (value === undefined) continue;
    const at = (path: readonly (string | number)[]) => ({
      file,
      line: lineAt(document, ["hooks", ...path]) ?? lineAt(document, ["hooks"]) ?? 1,
    });
    hooksIn(value, { at, dialect: "claude", look: undefined, report: (problem) => void found.push({ ...problem, severity: "warning" }) });
  }
  return found;
}
