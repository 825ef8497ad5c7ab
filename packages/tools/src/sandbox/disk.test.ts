import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { describe, test } from "vitest";
import { openCell, told, whereSandboxed, type Cell } from "../../test/sandbox.ts";
import { startProcess } from "../process/start.ts";

whereSandboxed("what a sandbox does to the disk", ["bwrap"], disk);

async function refused(cell: Cell, script: string, more: Parameters<Cell["sh"]>[1], words = /Read-only file system/): Promise<void> {
  const { stderr, end } = await cell.sh(`set -e; ${script}`, more);
  assert.match(stderr, words);
  assert.equal(end.failed, undefined);
  assert.notEqual(end.code, 0);
}

function disk(): void {
  describe("a confined process", () => {
    test("writes beneath its roots and nowhere else", async () => {
      await using cell = await openCell();
      const { end } = await cell.sh("echo in > a && mkdir -p b/c && echo in > b/c/d");
      assert.equal(end.code, 0);
      assert.equal(await readFile(join(cell.project, "b/c/d"), "utf8"), "in\n");
      await refused(cell, "echo out > ../outside/a", {});
      await refused(cell, "echo out > /etc/keel-was-here", {});
      assert.deepEqual([existsSync(join(cell.root, "outside/a")), existsSync("/etc/keel-was-here")], [false, false]);
    });

    test("isn't led out by a link", async () => {
      await using cell = await openCell();
      const target = await cell.put("outside/target", "as it was");
      await symlink(target, join(cell.project, "file"));
      await symlink(join(cell.root, "outside"), join(cell.project, "folder"));
      await refused(cell, "echo out > file", {});
      await refused(cell, "echo out > folder/new", {});
      assert.equal(await readFile(target, "utf8"), "as it was");
    });

    test("isn't given a root that a link of its own leads to", async () => {
      await using cell = await openCell();
      await symlink(join(cell.root, "outside"), join(cell.project, "build"));
      await refused(cell, "echo out > build/new", { writable: [cell.project, join(cell.project, "build")] });
    });

    test("can't read what is hidden, nor look into a hidden folder, by whatever name", async () => {
      await using cell = await openCell();
      const file = await cell.put("project/.env", "secret");
      await cell.put("outside/keys/id", "secret");
      await symlink(join(cell.root, "outside/keys"), join(cell.project, "keys"));
      await mkdir(join(cell.project, "sub"));
      const more = { unreadable: [file, join(cell.project, "keys"), await cell.put("outside/one", "secret")] };
      for (const script of [
        "cat .env",
        "cat ../outside/one",
        "cat ./sub/../.env",
        "cat ../outside/keys/id",
        "ls keys/",
        `cat ${file}`,
        "cp .env sub/copy",
      ])
        await refused(cell, script, more, /Permission denied/);
      assert.equal((await cell.sh("cat .env 2>/dev/null; cat keys/id 2>/dev/null; mv .env x 2>/dev/null", more)).stdout, "");
    });

    test("has a /tmp of its own, in which only what is writable, and where it starts, are those of the machine", async () => {
      await using cell = await openCell();
      await using home = await temporaryHome();
      const shared = await mkdtemp("/tmp/keel-shared-");
      try {
        const script = `ls -A /tmp; echo a > /tmp/keel-inside; cat /tmp/keel-inside; echo b > ${shared}/b; echo $TMPDIR`;
        const spec = cell.spec(script, { writable: [shared] });
        const { stdout } = await told(startProcess, { ...spec, env: { ...spec.env, TMPDIR: "/var/tmp" } });
        assert.equal(stdout, `${basename(shared)}\na\n/tmp\n`);
        assert.deepEqual([existsSync("/tmp/keel-inside"), await readFile(join(shared, "b"), "utf8")], [false, "b\n"]);
        const { stderr } = await told(startProcess, { ...cell.spec("echo c > c"), cwd: home.path });
        assert.match(stderr, /Read-only file system/);
      } finally {
        await rm(shared, { recursive: true });
      }
    });

    test("may write everywhere where the root is writable, but for what is held, and has no more devices", async () => {
      await using cell = await openCell();
      const held = await cell.put("outside/held", "as it was");
      const more = { writable: ["/"], unwritable: [held] };
      assert.equal((await cell.sh("echo out > ../outside/a && ls /dev | grep -c '^[svn][dm]'", more)).stdout, "0\n");
      assert.ok(existsSync(join(cell.root, "outside/a")));
      await refused(cell, "echo out > ../outside/held", more);
    });

    test("has the machine's devices and processes neither to see nor to end", async () => {
      await using cell = await openCell();
      const { stdout } = await cell.sh(
        `kill -0 ${process.pid} 2>/dev/null || echo none; ls /dev | grep -c '^[svn][dm]'; echo /proc/[0-9]*`,
      );
      assert.match(stdout, /^none\n0\n(\/proc\/\d+ ?){1,4}\n$/);
    });

    test("has no rights, root or not, and can't undo a mount in a namespace of its own", async () => {
      await using cell = await openCell();
      const config = await cell.put("project/.git/config", "as it was");
      const script = `unshare -Urm sh -c 'umount "$1" || mount -o remount,rw "$1" || mount --bind . /mnt; echo out > "$1" || echo out > /mnt/.git/config' sh ${config}`;
      const { end } = await cell.sh(script, { unwritable: [config] });
      assert.notEqual(end.code, 0);
      assert.equal(await readFile(config, "utf8"), "as it was");
    });
  });

  describe("a held path", () => {
    test("that is there can't be written, replaced, removed or moved away", async () => {
      await using cell = await openCell();
      const config = await cell.put("project/.git/config", "as it was");
      const more = { unwritable: [config, join(cell.project, ".git/hooks")] };
      await refused(cell, "echo out >> .git/config", more);
      await refused(cell, "echo out > .git/new; mv .git/new .git/config", more, /busy/);
      await refused(cell, "rm .git/config", more, /busy/);
      await refused(cell, "mv .git/config .git/old", more, /busy/);
      await refused(cell, "ln .git/config alias", more, /cross-device/);
      assert.equal(await readFile(config, "utf8"), "as it was");
      assert.deepEqual(await readdir(join(cell.project, ".git")), ["config", "new"]);
    });

    test("stays where it is when a folder above it is moved", async () => {
      await using cell = await openCell();
      const config = await cell.put("project/a/b/.git/config", "as it was");
      for (const folder of ["a/b/.git", "a/b", "a"])
        await refused(cell, `mv ${folder} away; mkdir -p a/b/.git; echo out > a/b/.git/config`, { unwritable: [config] }, /busy/);
      assert.equal(await readFile(config, "utf8"), "as it was");
    });

    test("that isn't there can't be made, and leaves nothing behind", async () => {
      await using cell = await openCell();
      const unwritable = [".git/hooks", ".git/config", "sub/.claude/settings.json", ".mcp.json"].map((path) => join(cell.project, path));
      await mkdir(join(cell.project, "sub"));
      for (const script of [
        "mkdir -p .git/hooks",
        "git init -q .",
        "rmdir .git; mkdir -p .git/hooks",
        "mkdir x; mv x .git",
        "mkdir -p x/hooks; rm -rf .git; ln -s x .git",
        "echo '{}' > sub/.claude/settings.json",
        "mkdir sub2; mv sub away",
        "echo '{}' > .mcp.json",
      ])
        await refused(cell, script, { unwritable }, /Read-only|busy|cannot (overwrite|move|remove)|Is a directory|Device or resource busy/);
      assert.deepEqual((await readdir(cell.project, { recursive: true })).toSorted(), ["sub", "sub2", "x", "x/hooks"]);
    });

    test("that a link leads to is held with the link: in its folder nothing can be replaced", async () => {
      await using cell = await openCell();
      await cell.put("project/src/a", "");
      await mkdir(join(cell.root, "outside/git"));
      await symlink("../outside/git", join(cell.project, ".git"));
      const more = { unwritable: [join(cell.project, ".git/hooks")] };
      await refused(cell, "rm .git", more);
      await refused(cell, "mkdir x; mv -T x .git", more);
      assert.equal((await cell.sh("echo in > src/a", more)).end.code, 0);
      assert.equal(await readlink(join(cell.project, ".git")), "../outside/git");
    });

    test("is held by several at once, until the last of them is gone", async () => {
      await using cell = await openCell();
      const hooks = join(cell.project, ".git/hooks");
      const wait = (name: string): string => `until [ -e ${name} ]; do sleep 0.01; done; mkdir -p .git/hooks`;
      const [first, second] = [cell.sh(wait("one"), { unwritable: [hooks] }), cell.sh(wait("two"), { unwritable: [hooks] })];
      while (!existsSync(join(cell.project, ".git")) || (await readdir(join(cell.project, ".git"))).length < 2)
        await new Promise(setImmediate);
      await writeFile(join(cell.project, "one"), "");
      assert.match((await first).stderr, /Read-only/);
      await writeFile(join(cell.project, "two"), "");
      assert.match((await second).stderr, /Read-only/);
      assert.deepEqual(await readdir(cell.project), ["one", "two"]);
    });

    test("that was left by a keelson that is dead is taken over", async () => {
      await using cell = await openCell();
      const world = /\d+/.exec(await readlink("/proc/self/ns/pid"))?.[0];
      await mkdir(join(cell.project, `.git/.keel-held-${world}-4194303-00`), { recursive: true }); // no process has that number
      const { stderr } = await cell.sh("mkdir -p .git/hooks", { unwritable: [join(cell.project, ".git/hooks")] });
      assert.match(stderr, /Read-only/);
      assert.deepEqual(await readdir(cell.project), []);
    });

    test("that the user makes meanwhile is the user's", async () => {
      await using cell = await openCell();
      const running = cell.sh("until [ -e go ]; do sleep 0.01; done", { unwritable: [join(cell.project, ".git/hooks")] });
      const git = join(cell.project, ".git");
      while (!existsSync(git)) await new Promise(setImmediate);
      await mkdir(join(git, "hooks"));
      await writeFile(join(cell.project, "go"), "");
      await running;
      assert.deepEqual(await readdir(git), ["hooks"]);
    });

    test("beats a writable one within it", async () => {
      await using cell = await openCell();
      await mkdir(join(cell.project, "a/b"), { recursive: true });
      const more = { writable: [cell.project, join(cell.project, "a/b")], unwritable: [join(cell.project, "a")] };
      await refused(cell, "echo out > a/b/c", more);
    });

    test("is looked for anew by each process", async () => {
      await using cell = await openCell();
      const more = { unwritable: [join(cell.project, ".claude/settings.json")] };
      await cell.sh("true", more);
      await mkdir(join(cell.root, "outside/claude"));
      await symlink(join(cell.root, "outside/claude"), join(cell.project, ".claude")); // after the first one
      await refused(cell, "rm .claude", more);
      await unlink(join(cell.project, ".claude"));
      await mkdir(join(cell.project, ".claude"));
      await refused(cell, "echo '{}' > .claude/settings.json", more, /Read-only|Is a directory/);
      await rename(join(cell.project, ".claude"), join(cell.project, "other"));
      assert.deepEqual(await readdir(join(cell.project, "other")), []);
    });
  });
}
