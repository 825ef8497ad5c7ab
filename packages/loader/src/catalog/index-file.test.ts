import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { createCatalogCache, keepCatalogCache, keyOf, readCatalog, type Catalog } from "./catalog.ts";
import type { PluginLayer } from "./layers.ts";

const FILES = {
  ".claude-plugin/plugin.json": '{"name":"p"}',
  "skills/a/SKILL.md": "---\nname: a\ndescription: First\nmetadata:\n  since: 2026-01-02\n---\nText.\n",
  "skills/b/SKILL.md": "No head, only words.\n",
  "skills/c/SKILL.md": "---\ndescription: broken: yes\nargument-hint: [a] [b]\n---\n",
  "commands/git/push.md": "Push it.\n",
  "agents/helper.md": "---\nname: helper\ndescription: Helps\ntools: [Read]\n---\nYou help.\n",
  "agents/README.md": "About the agents.\n",
  "output-styles/loud.md": "---\nname: loud\n---\nLoud.\n",
};

const HOOKS = '{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","command":"${CLAUDE_PLUGIN_ROOT}/run.sh"}]}]}}';

async function scene(format?: string) {
  const home = await temporaryHome();
  const root = join(home.path, "p");
  const layers: readonly PluginLayer[] = [{ kind: "flag", root, within: root, ...(format !== undefined && { format }) }];
  const place = { folder: join(home.path, "cache") };
  let later = 0;
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  for (const [path, text] of Object.entries(FILES)) await put(path, text);
  const files = async (): Promise<readonly string[]> => (await readdir(place.folder)).map((name) => join(place.folder, name));
  return {
    root,
    put,
    files,
    /** What a start reads; `anew`: whether it had to read the directory. */
    async start(version = "1"): Promise<{ readonly catalog: Catalog; readonly anew: boolean }> {
      const at = { ...place, version, readAt: Date.now() + later };
      const cache = createCatalogCache(at, layers);
      const catalog = await readCatalog(layers, cache);
      const own = layers.flatMap((layer) => cache.read.get(keyOf(layer)) ?? []);
      await keepCatalogCache(at, layers, cache);
      return { catalog, anew: own.length > 0 };
    },
    fresh: () => readCatalog(layers),
    /** From now on it is later: what was written until now is old. */
    age(): void {
      later = 60_000;
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

test("what one start has read the next one takes over: the same catalog, and nothing is opened", async () => {
  await using the = await scene();
  the.age();
  assert.equal((await the.start()).anew, true);
  const { catalog, anew } = await the.start();
  assert.equal(anew, false);
  assert.deepEqual(catalog, await the.fresh());
  assert.deepEqual(
    catalog.problems.map(({ code }) => code),
    ["description_missing", "head_broken"],
  );
});

test("an edit that leaves size and time as they were is seen, and so are a text that came and one that went", async () => {
  await using the = await scene();
  the.age();
  await the.start();
  const file = join(the.root, "skills/a/SKILL.md");
  const { atime, mtime } = await stat(file);
  await the.put("skills/a/SKILL.md", FILES["skills/a/SKILL.md"].replace("First", "Other"));
  await utimes(file, atime, mtime);
  const edited = await the.start();
  assert.equal(edited.catalog.named.skills.get("p:a")?.part.description, "Other");
  await the.put("skills/d/SKILL.md", "---\ndescription: New\n---\n");
  assert.deepEqual((await the.start()).catalog, await the.fresh());
});

test("what changed just before it was read is read again", async () => {
  await using the = await scene();
  await the.start();
  const { catalog, anew } = await the.start();
  assert.equal(anew, true);
  assert.deepEqual(catalog, await the.fresh());
});

test("an index that is broken, cut short or of another program is as if it weren't there, and is replaced", async () => {
  await using the = await scene();
  the.age();
  await the.start();
  const [file = ""] = await the.files();
  const whole = await readFile(file, "utf8");
  for (const broken of ["", "{", whole.slice(0, -20), whole.replace("First", "Forst"), whole.replace("\n", " ")]) {
    await writeFile(file, broken);
    const { catalog, anew } = await the.start();
    assert.equal(anew, true);
    assert.deepEqual(catalog, await the.fresh());
  }
  assert.equal((await the.start()).anew, false);
  assert.equal((await the.start("2")).anew, true);
});

test("whatever a reading looked at is asked for again: names that came, folders, data files, scripts of hooks", async () => {
  await using the = await scene();
  the.age();
  await the.put("hooks/hooks.json", HOOKS);
  await the.start();
  const edits: Readonly<Record<string, () => Promise<unknown>>> = {
    "a server file that came": () => the.put(".mcp.json", '{"mcpServers":{"s":{"command":"s"}}}'),
    "a data file that was written": () => the.put("hooks/hooks.json", HOOKS.replace("PreToolUse", "PostToolUse")),
    "a script that came": () => the.put("run.sh", "exit 0\n"),
    "a script that may be run": () => chmod(join(the.root, "run.sh"), 0o755),
    "a folder that came": () => the.put("monitors/monitors.json", '[{"name":"m","command":"m","description":"d"}]'),
    "a manifest that came": () => the.put("system.md", "Words."),
    "a text that went": () => rm(join(the.root, "agents/helper.md")),
    "a folder that went": () => rm(join(the.root, "skills"), { recursive: true }),
    "a link that came": () => symlink("commands/git/push.md", join(the.root, "SKILL.md")),
  };
  for (const [name, edit] of Object.entries(edits)) {
    assert.equal((await the.start()).anew, false, `before ${name}`);
    await edit();
    const { catalog, anew } = await the.start();
    assert.equal(anew, true, name);
    assert.deepEqual(catalog, await the.fresh(), name);
  }
  assert.equal((await the.start()).anew, true, "what stands behind a link is looked at each time");
});

test("a folder that many write into is taken over as long as what is read of it stays", async () => {
  await using the = await scene("claude-folder");
  the.age();
  await the.start();
  await the.put("history.txt", "Not ours.\n");
  assert.equal((await the.start()).anew, false);
  await the.put("rules/one.md", "Be brief.\n");
  const { catalog, anew } = await the.start();
  assert.equal(anew, true);
  assert.deepEqual(catalog, await the.fresh());
});

test("another manifest makes other parts of the same files: nothing of the one before is taken", async () => {
  await using the = await scene();
  the.age();
  assert.deepEqual(
    [...(await the.start()).catalog.named.commands.values()].map(({ part }) => part.within),
    [["git"]],
  );
  await the.put(".claude-plugin/plugin.json", '{"name":"p","commands":"./commands/git"}');
  const { catalog } = await the.start();
  assert.deepEqual(
    [...catalog.named.commands.values()].map(({ part }) => part.within),
    [undefined],
  );
});

test("a place that can't be written to costs time alone", async () => {
  await using the = await scene();
  const cache = createCatalogCache();
  const layers: readonly PluginLayer[] = [{ kind: "flag", root: the.root, within: the.root }];
  await readCatalog(layers, cache);
  await keepCatalogCache({ folder: join(the.root, "commands/git/push.md"), version: "1", readAt: 0 }, layers, cache);
});
