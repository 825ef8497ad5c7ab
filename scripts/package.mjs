// Makes the published command out of what is built: apps/cli/package/, one bundle with lazy chunks and nothing else to install but ripgrep.
// `npm run package`, then `npm pack` or `npm publish` in that folder.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { binOf } from "./package/bin.mjs";
import { bundle } from "./package/bundle.mjs";

const ROOT = dirname(import.meta.dirname);
const CLI = join(ROOT, "apps", "cli");
const OUT = join(CLI, "package");
const OLDEST_NODE = 22;

/** Programs of their own: they can't be in a bundle. */
const OUTSIDE = ["@vscode/ripgrep"];

const { name, version, description, license, engines } = readJson(join(CLI, "package.json"));
const { version: ripgrep } = readJson(join(ROOT, "packages", "tools", "node_modules", "@vscode", "ripgrep", "package.json"));

rmSync(OUT, { recursive: true, force: true });
mkdirSync(join(OUT, "bin"), { recursive: true });
writeFileSync(join(OUT, "bin", "keel.js"), binOf(version, OLDEST_NODE), { mode: 0o755 });
cpSync(join(CLI, "demo"), join(OUT, "demo"), { recursive: true });
for (const part of [".claude-plugin", "system.md", "README.md"])
  cpSync(join(ROOT, "plugins", "code", part), join(OUT, "plugins", "code", part), { recursive: true });
for (const file of ["LICENSE", "README.md"]) cpSync(join(ROOT, file), join(OUT, file));
writeFileSync(
  join(OUT, "package.json"),
  `${JSON.stringify({ name, version, description, license, type: "module", engines, bin: { keel: "bin/keel.js" }, files: ["bin", "dist", "demo", "plugins"], dependencies: { "@vscode/ripgrep": ripgrep } }, null, 2)}\n`,
);

/** The blocks apart, since tools loads them by `require` while the rest may still be loading (packages/tools/src/blocks/catalogue.ts). */
const ENTRIES = { main: join(CLI, "dist", "main.js"), bodies: join(ROOT, "packages", "tools", "dist", "blocks", "bodies.js") };
const options = { folder: join(OUT, "dist"), outside: OUTSIDE, target: `node${OLDEST_NODE}` };
for (const [name, file] of Object.entries(ENTRIES))
  if (existsSync(file)) await bundle(name, file, { ...options, asScript: name === "main" });

const files = readdirSync(OUT, { recursive: true }).filter((name) => statSync(join(OUT, name)).isFile());
const bytes = files.reduce((sum, name) => sum + statSync(join(OUT, name)).size, 0);
console.log(`${join("apps", "cli", "package")}: ${files.length} files, ${(bytes / 1024 / 1024).toFixed(1)} MB`);

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
