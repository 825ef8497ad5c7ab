/** One line about a folder that isn't trusted, where nobody can be asked. Rule: only where it has something that would count otherwise. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { lineOf, type Session } from "@keelson/harness";
import { exact } from "./clean.ts";

type Standing = Pick<Session, "cwd" | "trusted" | "trustRoot" | "problems">;

/** What the line stands for isn't told file by file. */
const STOOD_FOR = ["settings_held", "hooks_held", "texts_held"];
export const toldOf = ({ problems, trusted, trustRoot }: Standing): Session["problems"] =>
  trusted ? problems : problems.filter((problem) => !isStoodFor(problem, trustRoot));

/** What the user's own plugins wait for isn't the folder's. */
const isStoodFor = ({ code = "", file }: Session["problems"][number], root: string): boolean =>
  STOOD_FOR.includes(code) && (code !== "hooks_held" || !relative(root, file).startsWith(".."));

/** A line each, for a person who was asked: of texts that aren't read one line stands for all. */
export function problemLines(problems: Session["problems"]): readonly string[] {
  const texts = problems.filter(({ code }) => code === "texts_held");
  const [first] = texts;
  const more = texts.length > 1 ? ` So it is with ${texts.length - 1} more.` : "";
  return [...problems.filter(({ code }) => code !== "texts_held").map(lineOf), ...(first ? [`${lineOf(first)}${more}`] : [])];
}

export function untrustedLine({ cwd, trusted, trustRoot, problems }: Standing, home: string): readonly string[] {
  if (trusted) return [];
  const held = problems.filter((problem) => isStoodFor(problem, trustRoot));
  const plugins = pluginsIn(cwd, trustRoot, home);
  const files = held
    .filter(({ code, file }) => code !== "texts_held" || !plugins.some((folder) => file.startsWith(`${folder}${sep}`)))
    .map(({ file }) => file);
  const own = [...new Set([...files, ...plugins])];
  if (own.length === 0) return [];
  const left = own.length - MOST;
  const shown = [...own.slice(0, MOST).map((path) => shownAt(trustRoot, path)), ...(left > 0 ? [`${left} more`] : [])];
  return [
    `warning: ${trustRoot} isn't trusted, so not all of this counts: ${shown.join(", ")}. Look with keel trust; let it count with --trust, or for good with keel trust give.\n`,
  ];
}

const MOST = 12; // paths

function shownAt(root: string, path: string): string {
  const inside = relative(root, path);
  return exact(inside.startsWith("..") ? path : inside);
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
