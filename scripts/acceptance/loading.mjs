// Every plugin directory is read, by the command that a person would use: nothing throws, each problem says where it is and what to do,
// and whatever has a text has a name and a description.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readPlugin } from "../../packages/loader/dist/index.js";
import { failed, passed } from "./table.mjs";

const KEEL = join(dirname(dirname(import.meta.dirname)), "apps", "cli", "bin", "keel.js");
const LISTS = ["skills", "commands", "agents", "hooks", "mcpServers", "lspServers", "outputStyles"];
const FIELDS = ["root", "format", "name", "version", ...LISTS, "problems"];

export async function* rows({ repositories, only }) {
  if (only !== undefined) return;
  const all = {
    repositories: repositories.length,
    roots: 0,
    problems: 0,
    errors: 0,
    ...Object.fromEntries(LISTS.map((kind) => [kind, 0])),
  };
  const formats = {};
  for (const { name, root } of repositories) {
    const { plugins, slips } = validated(root);
    for (const plugin of plugins) {
      formats[plugin.format] = (formats[plugin.format] ?? 0) + 1;
      all.roots += 1;
      all.problems += plugin.problems.length;
      all.errors += plugin.problems.filter(({ severity }) => severity === "error").length;
      for (const kind of LISTS) all[kind] += plugin[kind].length;
      slips.push(...(await namelessIn(plugin.root, root)));
    }
    if (slips.length > 0) yield failed(`${name} loads`, `${slips.length}: ${slips.slice(0, 3).join("; ")}`);
  }
  const layouts = Object.entries(formats).map(([format, count]) => `${count} ${format}`);
  const figures = [...Object.entries(all).map(([what, count]) => `${count} ${what}`), `layouts: ${layouts.join(", ")}`];
  yield all.roots > 0
    ? passed("every plugin directory loads", figures.join(", "))
    : failed("every plugin directory loads", "there is none");
}

/** What `keel plugin validate` says of one repository, and what is wrong with how it says it. */
function validated(root) {
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [KEEL, "plugin", "validate", root, "--recursive", "--json"], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const slips = stderr.trim() === "" && signal === null ? [] : [`it said: ${stderr.trim().split("\n")[0]}`];
  const plugins = stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  const broken = plugins.some(({ problems }) => problems.some(({ severity }) => severity === "error"));
  if (status !== (broken ? 1 : 0)) slips.push(`it ended with ${status}`);
  for (const plugin of plugins) {
    const { format, problems } = plugin;
    const odd = Object.keys(plugin).filter((field) => !FIELDS.includes(field));
    if (odd.length > 0) slips.push(`it has a field ${odd.join()}`);
    if (format === "unknown" && !problems.some(({ severity }) => severity === "error"))
      slips.push(`${plugin.root} isn't loaded, and nobody says why`);
    if (format === "unknown" && isSound(plugin.root)) slips.push(`${plugin.root} isn't loaded`);
    for (const { file, line, message, hint, code } of problems)
      if (![file, message, hint, code].every((word) => typeof word === "string" && word !== "") || !(line >= 1))
        slips.push(`a problem says too little: ${JSON.stringify({ code, file, line, message, hint })}`);
  }
  return { plugins, slips };
}

/** Its manifest, where it has one, is JSON. */
function isSound(root) {
  try {
    JSON.parse(readFileSync(join(root, ".claude-plugin", "plugin.json"), "utf8"));
    return true;
  } catch {
    return false;
  }
}

const TEXTS = ["skills", "commands", "agents"];

async function namelessIn(root, within) {
  const { plugin } = await readPlugin(root, { within });
  if (!plugin) return [];
  return TEXTS.flatMap((kind) =>
    plugin[kind].flatMap(({ name, description, file, content, fields }) => {
      const text = content ?? readFileSync(file, "utf8");
      const said = text.replace(/^\uFEFF?---[^\n]*\n[\s\S]*?\n---[^\S\n]*(?:\n|$)/, "").trim() !== "" || Object.keys(fields).length > 0;
      if (name === "") return [`${file} has no name`];
      return said && description.trim() === "" ? [`${file} has a text and no description`] : [];
    }),
  );
}
