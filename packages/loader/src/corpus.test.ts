import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { readPlugin } from "./plugin.ts";
import { validatePlugins } from "./validate/validate.ts";

/** Real manifests, one JSON line each with `repo`, `path`, `text`. They are other people's: read from beside the checkout, never copied in. */
const CORPUS = fileURLToPath(new URL("../../../../shared/corpus/manifests.jsonl", import.meta.url));

test("plugin manifests of the community load unchanged", async (context) => {
  if (!existsSync(CORPUS)) {
    console.warn(`NOT MEASURED: no corpus at ${CORPUS}`);
    context.skip();
  }
  const manifests = readFileSync(CORPUS, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): { repo: string; path: string; text: string } => JSON.parse(line))
    .filter(({ path }) => basename(path) === "plugin.json");
  await using home = await temporaryHome();
  const counts: Record<string, { loaded: number; of: number; warned: number }> = {};
  const lost: string[] = [];
  for (const [at, { repo, path, text }] of manifests.entries()) {
    const root = join(home.path, String(at));
    await mkdir(join(root, ".claude-plugin"), { recursive: true });
    await writeFile(join(root, ".claude-plugin/plugin.json"), text); // those of other hosts too: the same fields, and more strangers
    const { plugin, problems } = await readPlugin(root);
    const count = (counts[basename(dirname(path))] ??= { loaded: 0, of: 0, warned: 0 });
    count.of += 1;
    if (plugin && problems.length > 0) count.warned += 1;
    if (plugin) count.loaded += 1;
    else lost.push(`${repo} ${path}: ${problems.map((problem) => problem.text).join(" ")}`);
  }
  console.log("plugin.json of the corpus:", JSON.stringify(counts), lost.join("\n"));
  assert.ok(manifests.length > 400, `only ${manifests.length} manifests in the corpus`);
  assert.deepEqual(lost, []);
});

const PLACES: Readonly<Record<string, string>> = {
  "hooks.json": "hooks/hooks.json",
  ".mcp.json": ".mcp.json",
  "mcp.json": ".mcp.json",
  ".lsp.json": ".lsp.json",
};

test("hooks, servers and marketplaces of the community are read; whatever is wrong has a file, a line and a remedy", async (context) => {
  if (!existsSync(CORPUS)) {
    console.warn(`NOT MEASURED: no corpus at ${CORPUS}`);
    context.skip();
  }
  const files = readFileSync(CORPUS, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): { repo: string; path: string; text: string } => JSON.parse(line));
  await using home = await temporaryHome();
  const counts = { files: 0, hooks: 0, mcpServers: 0, lspServers: 0, problems: 0 };
  for (const [at, { path, text }] of files.entries()) {
    const place = basename(path) === "marketplace.json" ? ".claude-plugin/marketplace.json" : PLACES[basename(path)];
    if (place === undefined) continue;
    const root = join(home.path, String(at));
    await mkdir(dirname(join(root, place)), { recursive: true });
    await writeFile(join(root, place), text);
    const [one] = await validatePlugins(root, false);
    assert.ok(one && one.format !== "unknown", path);
    counts.files += 1;
    counts.hooks += one.hooks.length;
    counts.mcpServers += one.mcpServers.length;
    counts.lspServers += one.lspServers.length;
    counts.problems += one.problems.length;
    for (const { file, line, message, hint } of one.problems) assert.ok(file !== "" && line >= 1 && message !== "" && hint !== "", path);
  }
  console.log("other manifests of the corpus:", JSON.stringify(counts));
  assert.ok(counts.files > 50 && counts.hooks > 50);
});
