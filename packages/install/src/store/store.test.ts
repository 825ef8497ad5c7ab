import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmod, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { describe, test } from "vitest";
import { differences, openContentStore, treeOf, type ContentStore, type Kept } from "../index.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

type Scene = AsyncDisposable & {
  readonly plugin: string;
  readonly folder: string;
  readonly store: ContentStore;
  put(path: string, content: string, mode?: number): Promise<void>;
  kept(): Promise<Kept>;
};

async function scene(files: Readonly<Record<string, string>> = {}, now = Date.now()): Promise<Scene> {
  const home = await temporaryHome();
  const plugin = join(home.path, "work", "helper");
  const folder = join(home.path, "var", "store");
  const put = async (path: string, content: string, mode = 0o644): Promise<void> => {
    const file = join(plugin, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode });
    await chmod(file, mode);
  };
  await mkdir(plugin, { recursive: true });
  for (const [path, content] of Object.entries(files)) await put(path, content);
  const store = openContentStore(folder, () => now, { files: 100, bytes: 1_000_000 });
  return {
    plugin,
    folder,
    store,
    put,
    async kept() {
      const kept = await store.keep(plugin);
      if (!kept.ok) throw new Error(kept.why);
      return kept;
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}
const modeOf = async (path: string): Promise<number> => (await lstat(path)).mode & 0o7777;
const names = async (folder: string): Promise<readonly string[]> => (await readdir(folder)).toSorted();

describe("a directory that is kept", () => {
  test("stands under its hash and its name, can be run and not be written, and has no .git", async () => {
    await using the = await scene({ "hooks/hooks.json": "{}", ".git/config": "x", "sub/.git": "y" });
    await the.put("run.sh", "#!/bin/sh\n", 0o4775);
    await the.put("secret", "s", 0o600);
    const { tree, root, leftOut } = await the.kept();
    assert.equal(root, join(the.folder, tree, "helper"));
    assert.deepEqual(await names(root), ["hooks", "run.sh", "secret", "sub"]);
    assert.equal(await readFile(join(root, "sub/.git"), "utf8"), "y");
    assert.deepEqual(leftOut, []);
    assert.equal(await modeOf(join(the.folder, tree)), 0o700);
    for (const [path, mode] of [
      ["", 0o500],
      ["hooks", 0o500],
      ["hooks/hooks.json", 0o400],
      ["run.sh", 0o500],
      ["secret", 0o400],
    ] as const)
      assert.equal(await modeOf(join(root, path)), mode, path);
    assert.deepEqual(await names(the.folder), [tree], "nothing else is left behind");
  });

  test("has the hash that it has in its place, and another after any change of what could run", async () => {
    await using the = await scene({ a: "1", "d/b": "2" });
    const first = await the.kept();
    const hashes = new Set([first.tree]);
    const differs = async (what: string): Promise<void> => {
      const there = await treeOf(the.plugin);
      assert.ok(there.ok && !hashes.has(there.tree), what);
      hashes.add(there.tree);
      assert.equal((await the.kept()).tree, there.tree, what);
    };
    await the.put("a", "9");
    await differs("bytes");
    await the.put("a", "9", 0o755);
    await differs("mode");
    await rename(join(the.plugin, "a"), join(the.plugin, "c"));
    await differs("name");
    await mkdir(join(the.plugin, "empty"));
    await differs("folder");
    await symlink("c", join(the.plugin, "l"));
    await differs("link");
    assert.equal(await readFile(join(first.root, "a"), "utf8"), "1", "what was kept before is as it was");
  });

  test("is copied once, though many keep it at once", async () => {
    await using the = await scene(Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`d${at % 3}/f${at}`, `${at}`])));
    const all = await Promise.all(Array.from({ length: 6 }, () => the.kept()));
    assert.equal(new Set(all.map(({ root }) => root)).size, 1);
    const [one] = all;
    assert.ok(one);
    assert.deepEqual(await names(the.folder), [one.tree]);
    assert.equal(await the.store.find(one.tree, the.plugin), one.root);
    const before = await lstat(join(one.root, "d0/f0"));
    await the.kept();
    assert.equal((await lstat(join(one.root, "d0/f0"))).ino, before.ino);
  });

  test("is found by its hash and name without the directory; a copy that was cut off isn't", async () => {
    await using the = await scene({ a: "1" });
    const { tree, root } = await the.kept();
    await rm(the.plugin, { recursive: true });
    assert.equal(await the.store.find(tree, the.plugin), root);
    assert.equal(await the.store.find(tree, join(the.plugin, "other")), undefined);
    await rm(`${root}.seal`);
    assert.equal(await the.store.find(tree, the.plugin), root, "without its seal it is hashed");
    await chmod(root, 0o700);
    await rm(join(root, "a"));
    assert.equal(await the.store.find(tree, the.plugin), undefined);
  });

  test("isn't used after somebody wrote into the copy, and is copied anew", async () => {
    await using the = await scene({ a: "1", "d/b": "2" });
    const { tree, root } = await the.kept();
    const spoil: readonly [string, () => Promise<void>][] = [
      ["a file is other", () => writeFile(join(root, "a"), "9")],
      ["a file is new", () => writeFile(join(root, "d/c"), "9")],
      ["a repository is new", () => mkdir(join(root, ".git"))],
      ["a file may be run", () => chmod(join(root, "a"), 0o700)],
      [
        "a file is other, with its old times",
        async () => {
          const { atime, mtime } = await lstat(join(root, "a"));
          await writeFile(join(root, "a"), "9");
          await utimes(join(root, "a"), atime, mtime);
        },
      ],
    ];
    for (const [what, act] of spoil) {
      execFileSync("/usr/bin/env", ["chmod", "-R", "u+w", root]);
      await act();
      assert.equal(await the.store.find(tree, the.plugin), undefined, what);
      assert.equal((await the.kept()).root, root, what);
      assert.equal(await readFile(join(root, "a"), "utf8"), "1", what);
      assert.deepEqual(await names(join(root, "d")), ["b"], what);
    }
  });
});

describe("a directory that is looked at again", () => {
  const LATER_MS = 60 * 60 * 1_000;

  test("has another hash after any touch that could be one of its bytes", async () => {
    await using the = await scene({ a: "1", "d/b": "2" }, Date.now() + LATER_MS);
    const look = async (): Promise<string> => {
      const [first, again] = [await the.store.look(the.plugin), await the.store.look(the.plugin)];
      assert.ok(first.ok);
      assert.deepEqual(again, first);
      const read = await treeOf(the.plugin);
      assert.equal(read.ok && read.tree, first.tree);
      return first.tree;
    };
    const before = await look();
    const { atime, mtime } = await lstat(join(the.plugin, "a"));
    await writeFile(join(the.plugin, "a"), "9");
    await utimes(join(the.plugin, "a"), atime, mtime);
    const edited = await look();
    assert.notEqual(edited, before);
    await the.put(".git/HEAD", "x");
    assert.equal(await look(), edited);
    await rename(join(the.plugin, "d"), join(the.plugin, "e"));
    assert.notEqual(await look(), edited);
  });

  test("is taken at the word of the last look where nothing was touched, and read where it was made a moment ago", async () => {
    for (const [now, remembered] of [
      [Date.now() + LATER_MS, true],
      [Date.now(), false],
    ] as const) {
      await using the = await scene({ a: "1" }, now);
      await the.store.look(the.plugin);
      const [note] = await readdir(join(the.folder, ".seen")).catch(() => []);
      assert.equal(note !== undefined, remembered, "two edits of one moment look alike");
      if (note === undefined) continue;
      const seen = JSON.parse(await readFile(join(the.folder, ".seen", note), "utf8")) as object;
      await writeFile(join(the.folder, ".seen", note), JSON.stringify({ ...seen, tree: "another" }));
      assert.deepEqual(await the.store.look(the.plugin), { ok: true, tree: "another" }, "nothing was read");
    }
  });

  test("says in words why it can't be told", async () => {
    await using the = await scene();
    for (let at = 0; at < 101; at++) await the.put(`f${at}`, "");
    assert.deepEqual(await the.store.look(the.plugin), { ok: false, why: "holds too many files" });
  });
});

describe("what isn't a folder, a file or a link inside", () => {
  test("is left out and named; what is left out has no part in the hash", async () => {
    await using the = await scene({ "d/a": "1" });
    const clean = await the.kept();
    await symlink("d/a", join(the.plugin, "inside"));
    const { tree } = await the.kept();
    assert.notEqual(tree, clean.tree);
    execFileSync("/usr/bin/env", ["mkfifo", join(the.plugin, "pipe")]);
    await symlink("/etc/passwd", join(the.plugin, "absolute"));
    await symlink("../../secret", join(the.plugin, "d/up"));
    await symlink("..", join(the.plugin, "d/loop"));
    await symlink("self", join(the.plugin, "self"));
    const server = createServer().listen(join(the.plugin, "socket"));
    await once(server, "listening");
    const kept = await the.kept();
    server.close();
    assert.equal(kept.tree, tree);
    assert.deepEqual(
      kept.leftOut.map(({ path, why }) => `${path} ${why}`).toSorted(),
      [
        "absolute is a link that leads out of it",
        "d/loop is a link that leads round in a circle",
        "d/up is a link that leads out of it",
        "pipe is a pipe, a socket or a device",
        "self is a link that leads round in a circle",
        "socket is a pipe, a socket or a device",
      ].toSorted(),
    );
    assert.deepEqual(await names(kept.root), ["d", "inside"]);
    assert.equal(await readlink(join(kept.root, "inside")), "d/a");
  });
});

describe("what can't be kept is refused in words", () => {
  test.each<[string, (the: Scene) => Promise<unknown>, RegExp]>([
    ["too many files", async ({ put }) => Promise.all(Array.from({ length: 101 }, (_, at) => put(`f${at}`, ""))), /^holds too many files$/],
    [
      "too many bytes, though they take no room",
      async ({ put, plugin }) => {
        await put("huge", "");
        await truncate(join(plugin, "huge"), 3 * 1024 ** 3);
      },
      /^holds too many bytes$/,
    ],
    ["folders without end", ({ put }) => put(`${"d/".repeat(70)}x`, ""), /^has more than 64 folders/],
    ["no directory", ({ plugin }) => rm(plugin, { recursive: true }), /^can't be kept in .*ENOENT/],
  ])("%s", async (_, spoil, why) => {
    await using the = await scene();
    await spoil(the);
    const kept = await the.store.keep(the.plugin);
    assert.ok(!kept.ok);
    assert.match(kept.why, why);
    assert.doesNotMatch(kept.why, /\n/);
    assert.deepEqual(await names(the.folder), [], "nothing of it is left");
  });
});

test("a sweep removes what nobody wants and nobody used for thirty days", async () => {
  const now = Date.now();
  await using the = await scene({ a: "1" }, now + 31 * DAY_MS);
  const old = await the.kept();
  await the.put("a", "2");
  const wanted = await the.kept();
  await the.put("a", "3");
  const inUse = await the.kept();
  await mkdir(join(the.folder, ".in-cut-off"));
  for (const { root } of [old, wanted, inUse]) {
    await utimes(`${root}.seal`, now / 1_000, now / 1_000);
    await utimes(dirname(root), now / 1_000, now / 1_000);
  }
  await the.store.find(inUse.tree, the.plugin);
  assert.deepEqual(await the.store.sweep(new Set([wanted.tree])), { removed: [old.tree], left: 2 });
  assert.deepEqual(await names(the.folder), [wanted.tree, inUse.tree].toSorted());
});

test("a daily sweep is done once a day", async () => {
  const now = Date.now() + 31 * DAY_MS;
  await using the = await scene({ a: "1" });
  const later = (ms: number): ContentStore => openContentStore(the.folder, () => now + ms);
  await the.kept();
  await later(0).sweepDaily(new Set());
  assert.deepEqual(await names(the.folder), [".swept"]);
  const again = await the.kept();
  await later(60_000).sweepDaily(new Set());
  assert.deepEqual(await names(the.folder), [again.tree, ".swept"].toSorted());
  await later(DAY_MS).sweepDaily(new Set());
  assert.deepEqual(await names(the.folder), [".swept"]);
});

test("two trees are told apart file by file", async () => {
  await using the = await scene({ a: "1", b: "2", c: "3", "d/e": "4" });
  const before = await the.kept();
  await the.put("a", "9");
  await the.put("b", "2", 0o755);
  await the.put("f", "5");
  await rm(join(the.plugin, "d"), { recursive: true });
  assert.deepEqual(await differences(before.root, the.plugin), ["~ a", "~ b", "- d", "- d/e", "+ f"]);
  assert.equal(await differences(before.root, join(the.plugin, "none")), undefined);
});
