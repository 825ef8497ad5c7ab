// Makes the published command out of what is built: apps/cli/package/, one bundle with lazy chunks and nothing else to install but ripgrep.
// `npm run package`, then `npm pack` or `npm publish` in that folder. Another folder can be named: `node scripts/package.mjs FOLDER`.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { binOf } from "./package/bin.mjs";
import { bundle } from "./package/bundle.mjs";
import { noticesOf } from "./package/notices.mjs";

const ROOT = dirname(import.meta.dirname);
const CLI = join(ROOT, "apps", "cli");
const OUT = resolve(process.argv[2] ?? join(CLI, "package"));
const OLDEST_NODE = 22;

/** A program of its own, and what is used only where somebody has installed it beside keel. */
const OUTSIDE = ["@vscode/ripgrep", "@opentelemetry/sdk-node"];
/** The blocks apart, since tools loads them by `require` while the rest may still be loading (packages/tools/src/blocks/catalogue.ts). */
const ENTRIES = { main: join(CLI, "dist", "main.js"), bodies: join(ROOT, "packages", "tools", "dist", "blocks", "bodies.js") };

const { name, version, description, license, engines } = readJson(join(CLI, "package.json"));
const { version: ripgrep } = readJson(join(ROOT, "packages", "tools", "node_modules", "@vscode", "ripgrep", "package.json"));
const manifest = {
  ...{ name, version, description, license, type: "module", engines },
  bin: { keel: "bin/keel.js" },
  files: ["bin", "dist", "demo", "plugins", "NOTICES"],
  dependencies: { "@vscode/ripgrep": ripgrep },
};

rmSync(OUT, { recursive: true, force: true });
mkdirSync(join(OUT, "bin"), { recursive: true });
writeFileSync(join(OUT, "bin", "keel.js"), binOf(version, OLDEST_NODE), { mode: 0o755 });
writeFileSync(join(OUT, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
cpSync(join(CLI, "demo"), join(OUT, "demo"), { recursive: true });
for (const plugin of readdirSync(join(ROOT, "plugins")))
  for (const part of [...readJson(join(ROOT, "plugins", plugin, "package.json")).files, "README.md"])
    cpSync(join(ROOT, "plugins", plugin, part), join(OUT, "plugins", plugin, part), { recursive: true });
for (const file of ["LICENSE", "README.md"]) cpSync(join(ROOT, file), join(OUT, file));

const options = { root: ROOT, folder: join(OUT, "dist"), outside: OUTSIDE, target: `node${OLDEST_NODE}` };
const inputs = [];
for (const [entry, file] of Object.entries(ENTRIES))
  inputs.push(...(await bundle(entry, file, { ...options, asScript: entry === "main" })));
writeFileSync(join(OUT, "NOTICES"), noticesOf(ROOT, inputs));

const files = readdirSync(OUT, { recursive: true }).filter((each) => statSync(join(OUT, each)).isFile());
const bytes = files.reduce((sum, each) => sum + statSync(join(OUT, each)).size, 0);
console.log(`${relative(ROOT, OUT)}: ${files.length} files, ${(bytes / 1024 / 1024).toFixed(1)} MB`);

const { messages } = await publint({ pkgDir: OUT, strict: true, pack: false });
for (const message of messages) console.error(formatMessage(message, manifest));
process.exitCode = messages.length === 0 ? 0 : 1;

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
