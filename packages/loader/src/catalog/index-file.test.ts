import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { SHELVES } from "../part/keep.ts";
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

async function scene() {
  const home = await temporaryHome();
  const root = join(home.path, "p");
  const layers: readonly PluginLayer[] = [{ kind: "flag", root, within: root }];
  const place = { folder: join(home.path, "cache"), version: "1" };
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
    /** What a start reads; `anew`: whether it had to open any text. */
    async start(version = "1"): Promise<{ readonly catalog: Catalog; readonly anew: boolean }> {
      const cache = createCatalogCache({ ...place, version }, layers);
      const catalog = await readCatalog(layers, cache);
      const own = layers.flatMap((layer) => cache.get(keyOf(layer)) ?? []);
      const anew = own.some((one) => SHELVES.some((name) => one[name].changed));
      await keepCatalogCache({ ...place, version }, layers, cache);
      return { catalog, anew };
    },
    fresh: () => readCatalog(layers),
    /** As if the index had been written later than what it speaks of. */
    async age(): Promise<void> {
      for (const file of await files()) await utimes(file, new Date(), new Date(Date.now() + 60_000));
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

test("what one start has read the next one takes over: the same catalog, and no text is opened", async () => {
  await using the = await scene();
  assert.equal((await the.start()).anew, true);
  await the.age();
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
  await the.start();
  const file = join(the.root, "skills/a/SKILL.md");
  const { atime, mtime } = await stat(file);
  await the.put("skills/a/SKILL.md", FILES["skills/a/SKILL.md"].replace("First", "Other"));
  await utimes(file, atime, mtime);
  await the.age();
  const edited = await the.start();
  assert.equal(edited.catalog.named.skills.get("p:a")?.part.description, "Other");
  await the.put("skills/d/SKILL.md", "---\ndescription: New\n---\n");
  assert.deepEqual((await the.start()).catalog, await the.fresh());
});

test("what changed just before the index was written is read again", async () => {
  await using the = await scene();
  await the.start();
  const { catalog, anew } = await the.start();
  assert.equal(anew, true);
  assert.deepEqual(catalog, await the.fresh());
});

test("an index that is broken, cut short or of another program is as if it weren't there, and is replaced", async () => {
  await using the = await scene();
  await the.start();
  const [file = ""] = await the.files();
  const whole = await readFile(file, "utf8");
  for (const broken of ["", "{", whole.slice(0, -20), whole.replace("First", "Forst"), whole.replace("\n", " ")]) {
    await writeFile(file, broken);
    await the.age();
    const { catalog, anew } = await the.start();
    assert.equal(anew, true);
    assert.deepEqual(catalog, await the.fresh());
  }
  await the.age();
  assert.equal((await the.start()).anew, false);
  assert.equal((await the.start("2")).anew, true);
});

test("another manifest makes other parts of the same files: nothing of the one before is taken", async () => {
  await using the = await scene();
  assert.deepEqual(
    [...(await the.start()).catalog.named.commands.values()].map(({ part }) => part.within),
    [["git"]],
  );
  await the.put(".claude-plugin/plugin.json", '{"name":"p","commands":"./commands/git"}');
  await the.age();
  const { catalog } = await the.start();
  assert.deepEqual(
    [...catalog.named.commands.values()].map(({ part }) => part.within),
    [undefined],
  );
});

test("a place that can't be written to costs time alone", async () => {
  await using the = await scene();
  const cache = createCatalogCache();
  await readCatalog([{ kind: "flag", root: the.root, within: the.root }], cache);
  await keepCatalogCache(
    { folder: join(the.root, "commands/git/push.md"), version: "1" },
    [{ kind: "flag", root: the.root, within: the.root }],
    cache,
  );
});
