/** The plugins that come along, as their users get them: read like any other, without a problem. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readBody, readPlugin, validatePlugins } from "@keelson/loader";
import type { PluginDecl } from "@keelson/protocol";
import { blocks } from "@keelson/tools";
import { describe, test } from "vitest";

const PLUGINS = fileURLToPath(new URL("../../../plugins", import.meta.url));
const names = readdirSync(PLUGINS).filter((name) => existsSync(join(PLUGINS, name, "package.json")));

async function pluginOf(name: string): Promise<PluginDecl> {
  const { plugin } = await readPlugin(join(PLUGINS, name));
  assert.ok(plugin);
  return plugin;
}

describe.each(names)("the plugin %s", (name) => {
  const root = join(PLUGINS, name);
  const read = (file: string): Record<string, unknown> => JSON.parse(readFileSync(join(root, file), "utf8")) as Record<string, unknown>;

  test("is read without a problem, and enables only blocks that exist", async () => {
    const [found, ...more] = await validatePlugins(root, true);
    assert.deepEqual([found?.name, found?.problems, more], [name, [], []]);
    for (const tool of (await pluginOf(name)).tools) assert.ok(Object.hasOwn(blocks, tool), tool);
  });

  test("is published with everything that it brings", async () => {
    const { name: published, version, files } = read("package.json");
    const manifest = read(".claude-plugin/plugin.json");
    assert.deepEqual([published, version], [`@keelson/plugin-${name}`, manifest["version"]]);
    const listed = files as readonly string[];
    for (const file of listed) assert.ok(existsSync(join(root, file)), file);
    const brought = readdirSync(root).filter(
      (file) => !/^(?:README\.md|package\.json|node_modules|test-results\.json|\.turbo)$/.test(file),
    );
    assert.deepEqual(brought.toSorted(), [...listed].toSorted());
  });

  test("is told about to people", () => {
    assert.ok(readFileSync(join(root, "README.md"), "utf8").startsWith(`# ${name}\n`));
  });

  test("costs little in every turn: what is listed is short, and says when to use it", async () => {
    const { skills, agents } = await pluginOf(name);
    for (const { description, name: called } of [...skills, ...agents]) {
      assert.ok(description.length < 400, called);
      assert.match(description, /\b(?:Use when|For|for)\b/, called);
    }
  });

  test("what its texts refer to is there, and no variable is filled in where one is only written about", async () => {
    const { skills, commands, agents } = await pluginOf(name);
    for (const part of [...skills, ...commands, ...agents]) {
      const body = await readBody(part, root);
      assert.ok(body.ok, part.file);
      const { text } = body;
      assert.ok(text.split("\n").length < 200, part.file);
      assert.doesNotMatch(text, /\$\{/, part.file);
      for (const [, link] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) assert.ok(existsSync(join(dirname(part.file), link ?? "")), link);
    }
  });
});

test("the coding plugin's agents for looking and planning have nothing to change with", async () => {
  const { agents } = await pluginOf("code");
  assert.deepEqual(agents.map(({ name }) => name).toSorted(), ["explore", "plan"]);
  for (const { tools = [] } of agents) assert.deepEqual(tools.toSorted(), ["Glob", "Grep", "Read"]);
});
