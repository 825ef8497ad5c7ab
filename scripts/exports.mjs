// The public names of every package, as one text: growth is seen in review. `node scripts/exports.mjs --update` after a change.
// Names only: what they mean stands beside them in the code.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "vitest/node";
import { roomsOf } from "./rooms.mjs";

export const SNAPSHOT = "docs/reference/exports.md";

/** The snapshot as the code stands: one section an entry, values before types, each in alphabetical order. */
export function publicNames(root) {
  const sections = roomsOf(root)
    .filter((room) => room.startsWith("packages/"))
    .flatMap((room) => entriesOf(root, room))
    .map(({ entry, values, types }) =>
      [`## ${entry}`, "", "```text", ...values, ...types.map((name) => `type ${name}`), "```", ""].join("\n"),
    );
  const head = [
    "# Public names",
    "",
    "What each package exports, written by `node scripts/exports.mjs --update`. A name that leaves or changes needs a changeset.",
    "",
    "",
  ];
  return head.join("\n") + sections.join("\n");
}

/** The `exports` map says which files are entries; `dist/x.js` is built from `src/x.ts`. */
function entriesOf(root, dir) {
  const { name, exports } = JSON.parse(readFileSync(join(root, dir, "package.json"), "utf8"));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === "object")
    .map(([path, target]) => ({
      entry: name + path.slice(1),
      file: join(root, dir, target.default.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts")),
    }))
    .filter(({ file }) => existsSync(file))
    .map(({ entry, file }) => ({ entry, ...namesIn(readFileSync(file, "utf8")) }));
}

function namesIn(code) {
  const exported = parseAst(code, { lang: "ts" }).body.filter(({ type }) => type === "ExportNamedDeclaration");
  const names = exported.flatMap(({ declaration, specifiers, exportKind }) => [
    ...specifiers.map((one) => ({ name: one.exported.name, isType: exportKind === "type" || one.exportKind === "type" })),
    ...(declaration?.declarations ?? [declaration ?? []].flat()).map(({ id }) => ({ name: id.name, isType: exportKind === "type" })),
  ]);
  const inOrder = (isType) =>
    names
      .filter((one) => one.isType === isType)
      .map(({ name }) => name)
      .toSorted(byName);
  return { values: inOrder(false), types: inOrder(true) };
}

/** By code point, whatever the machine's language. */
const byName = (a, b) => (a < b ? -1 : Number(a > b));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(import.meta.dirname);
  const names = publicNames(root);
  if (process.argv.includes("--update")) writeFileSync(join(root, SNAPSHOT), names);
  else process.stdout.write(names);
}
