/** One line about a folder that isn't trusted, where nobody can be asked. Rule: only where it has something that would count otherwise. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Session } from "@keelson/harness";

type Standing = Pick<Session, "cwd" | "trusted" | "trustRoot" | "problems">;

/** What the line stands for isn't told file by file. */
const STOOD_FOR = ["settings_held", "hooks_held"];
export const toldOf = ({ problems, trusted }: Standing): Session["problems"] =>
  trusted ? problems : problems.filter(({ code }) => !STOOD_FOR.includes(code ?? ""));

export function untrustedLine({ cwd, trusted, trustRoot, problems }: Standing, home: string): readonly string[] {
  if (trusted) return [];
  const settings = problems.filter(({ code }) => STOOD_FOR.includes(code ?? "")).map(({ file }) => file);
  const own = [...new Set([...settings, ...pluginsIn(cwd, trustRoot, home)])];
  if (own.length === 0) return [];
  return [
    `warning: ${trustRoot} isn't trusted, so not all of this counts: ${own.map((path) => relative(trustRoot, path)).join(", ")}. Look with keel trust; let it count with --trust, or for good with keel trust give.\n`,
  ];
}

const FOLDERS = [".keel", ".claude", ".agents", ".codex", ".gemini"];

/** From the session's folder up to the root. At home these folders are the user's own. */
function pluginsIn(folder: string, root: string, home: string): readonly string[] {
  const here = folder === home ? [] : FOLDERS.map((name) => join(folder, name)).filter(holdsParts);
  const servers = join(folder, ".mcp.json");
  const found = existsSync(servers) ? [...here, servers] : here;
  const above = dirname(folder);
  return folder === root || above === folder ? found : [...found, ...pluginsIn(above, root, home)];
}

function holdsParts(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => !/^settings(?:\.local)?\.json$/.test(name));
  } catch {
    return false; // not there, or nobody may look
  }
}
