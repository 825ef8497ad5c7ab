// As it is published: what only commands and wildcards need is a file of its own (late.mjs), and read when they come.
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, test } from "vitest";
import { bundle } from "./bundle.mjs";

const ROOT = join(import.meta.dirname, "../..");
const BUILT = join(ROOT, "packages/permissions/dist/index.js");

/** Judges a read under a rule without wildcards, then a command, then has the classifier look at it; after each, what has been loaded late. */
const PROGRAM = `
import { createRequire } from "node:module";
import { basename } from "node:path";
import { classifyCommand, createAnalyse, decide, readRules, standardStages } from ${JSON.stringify(BUILT)};
const loaded = () => Object.keys(createRequire(import.meta.url).cache).map((file) => basename(file, ".cjs")).filter((name) => name !== "start").toSorted();
const call = (effects) => ({ input: {}, effects, readOnly: true });
const { rules } = readRules({ allow: ["Bash(npm test *)"], deny: ["Read(./.env)"] }, { source: "user", base: "/p" });
const judged = (tool, effect) => decide({ tool, call: call([effect]), mode: "default", rules, cwd: "/p", directories: [], home: "/h" }, stages, new AbortController().signal);
const stages = standardStages({ classifier: async ({ call }) => void call.effects.map(({ text }) => text && classifyCommand(text)) });
const analyse = createAnalyse("/h");
export async function main() {
  const start = loaded();
  const { behavior } = await judged("Read", { do: "read", path: "/p/a" });
  const read = loaded();
  analyse("ls | head", "/p");
  const command = loaded();
  await judged("Bash", { do: "shell", text: "make", cwd: "/p" });
  return { behavior, start, read, command, classified: loaded() };
}`;

test("no parser and no learned weights are loaded before there is a command", async () => {
  await using home = await temporaryHome();
  const folder = join(home.path, "dist");
  const entry = join(home.path, "entry.mjs");
  await writeFile(entry, PROGRAM);
  await writeFile(join(home.path, "package.json"), '{ "type": "module" }');
  await bundle("main", entry, { root: ROOT, folder, outside: [], target: "node22", asScript: true });
  const run = `import(${JSON.stringify(join(folder, "main.js"))}).then(({ main }) => main()).then((said) => console.log(JSON.stringify(said)))`;
  expect(JSON.parse(execFileSync(process.execPath, ["-e", run], { encoding: "utf8", cwd: home.path }))).toEqual({
    behavior: "allow",
    start: [],
    read: [],
    command: ["unbash"],
    classified: ["classify", "unbash"],
  });
});
