// Reads the rooms of the house and the code in them. Data only: what is right or wrong is said in rules.mjs.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { parseAst } from "vitest/node";
import { roomsOf } from "../rooms.mjs";

const PLACES = ["packages", "plugins", "apps", "bench", "fuzz", "scripts"];
/** Built, fetched, or written in somebody else's name. */
const NOT_OURS = ["node_modules", "dist", "fixtures", "demo"];
const BUILT = ["apps/cli/package"];
const LANGUAGES = { ".ts": "ts", ".tsx": "tsx", ".mjs": "js", ".js": "js" };

/** Rooms are folders with a package.json under packages, plugins and apps; all paths are relative to the root, with slashes. */
export async function readHouse(root, floors, guests) {
  const rooms = roomsOf(root).map((dir) => roomAt(root, dir, floors, guests));
  const loose = existsSync(root) ? readdirSync(root).filter((name) => languageOf(name)) : [];
  const paths = [...PLACES.flatMap((place) => filesUnder(root, place)), ...loose];
  const files = paths.map((path) =>
    readCode(
      root,
      path,
      rooms.find(({ dir }) => path.startsWith(`${dir}/`)),
    ),
  );
  return { rooms, files };
}

function roomAt(root, dir, floors, guests) {
  const manifest = JSON.parse(readFileSync(join(root, dir, "package.json"), "utf8"));
  const floor = floors.findIndex((rooms) => rooms.includes(dir));
  return {
    dir,
    name: manifest.name,
    manifest,
    floor: floor < 0 ? undefined : floor,
    isGuest: guests.includes(dir),
    isPlugin: dir.startsWith("plugins/"),
  };
}

function filesUnder(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.includes(name) && !name.startsWith("."))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (BUILT.includes(path)) return [];
      return entry.isDirectory() ? filesUnder(root, path) : languageOf(entry.name) ? [path] : [];
    });
}

function readCode(root, path, room) {
  const code = readFileSync(join(root, path), "utf8");
  const file = {
    path,
    room,
    isTest: /\.test\.tsx?$|^[^/]+\/[^/]+\/test\//.test(path),
    lines: code.split("\n").length - (code.endsWith("\n") ? 1 : 0),
  };
  const lineAt = (offset) => code.slice(0, offset).split("\n").length;
  try {
    const nodes = [...nodesOf(parseAst(code, { lang: languageOf(path) }))].map((node) => Object.assign(node, { line: lineAt(node.start) }));
    return { ...file, nodes, imports: importsOf(nodes, path), broken: undefined };
  } catch (error) {
    return { ...file, nodes: [], imports: [], broken: String(error.message).split("\n")[0] };
  }
}

const languageOf = (name) => LANGUAGES[/\.[a-z]+$/.exec(name)?.[0] ?? ""];

/** Every node below and including this one; `top` is true for statements of the module itself. */
function* nodesOf(value, top = false) {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item, top);
  else if (typeof value?.type === "string") {
    yield Object.assign(value, { top });
    for (const child of Object.values(value))
      if (typeof child === "object" && child !== null)
        yield* nodesOf(child, value.type === "Program" || (top && value.type === "ExportNamedDeclaration"));
  }
}

/** Also type imports, re-exports, `import()`, `typeof import()` and what is resolved or required by name. */
function importsOf(nodes, path) {
  return nodes.flatMap((node) => {
    const from = node.source ?? (isLookup(node) ? node.arguments[0] : undefined);
    if (typeof from?.value !== "string") return [];
    const isRelative = from.value.startsWith(".");
    return [
      {
        name: from.value,
        line: node.line,
        target: isRelative ? posix.join(dirname(path), from.value) : undefined,
        package: isRelative ? undefined : packageOf(from.value),
      },
    ];
  });
}

function isLookup({ type, callee }) {
  return type === "CallExpression" && ["require", "resolve", "getBuiltinModule"].includes(callee.name ?? callee.property?.name);
}

function packageOf(specifier) {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

export const nameOf = (path) => basename(path).replace(/\..*$/, "");
