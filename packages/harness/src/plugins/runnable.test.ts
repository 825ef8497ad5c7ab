import assert from "node:assert/strict";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readCatalog, type PluginLayer } from "@keelson/loader";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import type { Standing } from "../guard/folder-trust.ts";
import { openRunnables, type Runnable } from "./runnable.ts";

const FILES = {
  ".claude-plugin/plugin.json": '{"name":"noisy"}',
  "hooks/hooks.json": '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"\\"${CLAUDE_PLUGIN_ROOT}\\"/say.sh"}]}]}}',
  ".lsp.json": '{"ts":{"command":"${CLAUDE_PLUGIN_ROOT}/ls","extensionToLanguage":{".ts":"typescript"}}}',
  "monitors/monitors.json": '[{"name":"log","command":"tail -f x"}]',
  ".mcp.json": '{"mcpServers":{"db":{"command":"${CLAUDE_PLUGIN_ROOT}/db"}}}',
  "say.sh": "#!/bin/sh\necho before\n",
};

async function scene(kind: PluginLayer["kind"], agreed: Partial<Standing["agreed"]> = {}) {
  const home = await temporaryHome();
  const root = join(home.path, "work", "noisy");
  const put = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  for (const [path, content] of Object.entries(FILES)) await put(path, content);
  await chmod(join(root, "say.sh"), 0o755);
  const layer: PluginLayer = { kind, root, within: root };
  const find = async (more: Partial<Pick<Standing, "known" | "states">> = {}): Promise<Runnable> => {
    const catalog = await readCatalog([layer]);
    const standing = {
      root: "/r",
      trusted: true,
      agreed: { folders: ["/r"], session: [], plugins: [], code: [], ...agreed },
      known: { plugin: [], code: [] },
      states: [],
      ...more,
    };
    const kept = { folder: join(home.path, "cache"), version: "1" };
    return await openRunnables({ catalog, standing, keelHome: join(home.path, ".keel"), kept, now: () => Date.now() }).find({ layer });
  };
  return { root, put, find, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
}

test("a plugin that was named runs from a copy, and what it starts is what the copy says", async () => {
  await using the = await scene("flag");
  const found = await the.find();
  assert.ok(found.ok);
  assert.notEqual(found.root, the.root);
  await the.put("say.sh", "#!/bin/sh\necho after\n");
  assert.match(await readFile(join(found.root, "say.sh"), "utf8"), /before/);
  const { hooks, lspServers, monitors, mcpServers, programs } = found.parts;
  assert.deepEqual([hooks.length, lspServers[0]?.name, monitors[0]?.name, mcpServers[0]?.name, programs.length], [1, "ts", "log", "db", 0]);
  assert.equal(hooks[0]?.file, join(the.root, "hooks/hooks.json"), "people are told of the file that they can edit");
  const next = await the.find();
  assert.ok(next.ok && next.root !== found.root, "the next session has the edit");
});

test("a repository's runs once its tree is trusted; after an edit it says that it was changed", async () => {
  await using the = await scene("keel_project");
  const before = await the.find();
  assert.ok(!before.ok);
  assert.match(before.why, /isn't trusted.*keel trust give/);
  const edited = await the.find({ known: { plugin: [the.root], code: [] } });
  assert.ok(!edited.ok);
  assert.match(edited.why, /changed since it was trusted.*keel trust give/);
});

test("what its owner put in a place of his own runs there", async () => {
  for (const kind of ["keel_user", "bundled", "managed"] as const) {
    await using the = await scene(kind);
    const found = await the.find();
    assert.equal(found.ok && found.root, the.root, kind);
  }
});

test("files among others, which make no directory of their own, start nothing", async () => {
  await using the = await scene("project_files");
  const found = await the.find();
  assert.ok(!found.ok);
  assert.match(found.why, /no plugin directory/);
});
