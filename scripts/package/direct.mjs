// Each name of a package of ours is imported from the file that has it. Through a package's index every chunk would reach all that any chunk
// takes from there, and the start would carry what is loaded late. Rule: an index is a list of names and nothing else.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const OURS = /[\\/](?:packages|apps)[\\/][\w-]+[\\/]dist[\\/].*\.js$/;
const FROM_OURS = /^(import|export) \{([^}]*)\} from "(@keelson\/[\w-]+)";$/gm;
const LISTED = /^export \{([^}]*)\} from "(\.\/[^"]+)";$/gm;
/** What is loaded late as a whole (late.mjs). */
const WHOLE = ["@keelson/permissions"];

/** For esbuild. */
export const direct = {
  name: "direct",
  setup({ onLoad, resolve }) {
    const known = new Map();
    const filesOf = (name, resolveDir) => {
      if (!known.has(name)) known.set(name, listed(name, resolveDir, resolve));
      return known.get(name);
    };
    onLoad({ filter: OURS }, async ({ path }) => {
      const resolveDir = dirname(path);
      const text = await readFile(path, "utf8");
      const names = [...text.matchAll(FROM_OURS)].map(([, , , name]) => name).filter((name) => !WHOLE.includes(name));
      const files = new Map(await Promise.all(names.map(async (name) => [name, await filesOf(name, resolveDir)])));
      const contents = text.replaceAll(FROM_OURS, (whole, verb, list, name) => split(verb, list, files.get(name)) ?? whole);
      return { contents, resolveDir };
    });
  },
};

/** Where each name of a package's index comes from. */
async function listed(name, resolveDir, resolve) {
  const { path } = await resolve(name, { kind: "import-statement", resolveDir });
  const files = new Map();
  for (const [, list, file] of (await readFile(path, "utf8")).matchAll(LISTED))
    for (const each of wordsOf(list)) files.set(each.as, { name: each.name, file: join(dirname(path), file) });
  return files;
}

/** Undefined where the list isn't of that package's index alone. */
function split(verb, list, files) {
  const words = wordsOf(list);
  if (!files || words.some(({ name }) => !files.has(name))) return undefined;
  return words
    .map(({ name, as }) => {
      const from = files.get(name);
      return `${verb} { ${from.name} as ${as} } from ${JSON.stringify(from.file)};`;
    })
    .join(" ");
}

const wordsOf = (list) =>
  list
    .split(",")
    .map((word) => word.trim().split(/\s+as\s+/))
    .filter(([name]) => name !== "")
    .map(([name, as = name]) => ({ name, as }));
