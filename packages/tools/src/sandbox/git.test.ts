import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "vitest";
import { gone, oddSeconds, started } from "../../test/processes.ts";
import { openCell, told, whereSandboxed, type Cell, type Told } from "../../test/sandbox.ts";
import { startProcess } from "../process/start.ts";

whereSandboxed("git in a sandbox", ["bwrap"], git);

const NAMES = [".bashrc", ".npmrc", ".gitmodules", ".gitconfig", ".claude", ".config/git", ".github/workflows"];
const RUNS = ["hooks", "config", "config.worktree", "info", "modules", "commondir"].map((name) => `.git/${name}`);
const SELF = "export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b";

/** Outside of any sandbox. Throws when it fails. */
async function outside(cell: Cell, script: string): Promise<string> {
  const { confinement: _, ...free } = cell.spec(`${SELF}; set -e; ${script}`);
  const { stdout, stderr, end } = await told(startProcess, free);
  assert.equal(end.code, 0, stderr);
  return stdout;
}

/** A repository with one commit. */
async function openRepository(): Promise<Cell> {
  const cell = await openCell();
  await outside(cell, "git init -q -b main && echo a > a && git add a && git commit -qm first");
  return cell;
}

/** Where is held what a session holds. */
function inside(cell: Cell, script: string, home = cell.root): Promise<Told> {
  const spec = cell.spec(`${SELF}; set -e; ${script}`, { unwritable: [...NAMES, ...RUNS].map((name) => join(cell.project, name)) });
  return told(startProcess, { ...spec, env: { ...spec.env, HOME: home } });
}

/** Until it is there; the command makes it. */
async function made(path: string, running: Promise<Told>): Promise<void> {
  const stop = new AbortController();
  void running.then(() => stop.abort());
  while (!existsSync(path) && !stop.signal.aborted) await sleep(2);
}

function git(): void {
  describe("git in a sandbox where places are held that aren't there", () => {
    test("finds nothing new: inside, outside while a command runs, and afterwards", async () => {
      await using cell = await openRepository();
      const running = inside(cell, "git status --porcelain -uall --ignored; touch .git/seen; until [ -e .git/go ]; do sleep 0.01; done");
      await made(join(cell.project, ".git/seen"), running);
      assert.ok(existsSync(join(cell.project, ".bashrc")));
      assert.equal(await outside(cell, "git status --porcelain -uall --ignored"), "");
      await writeFile(join(cell.project, ".git/go"), "");
      assert.deepEqual(await running, { stdout: "", stderr: "", end: { code: 0, signal: null, timedOut: false } });
      assert.equal(await outside(cell, "git status --porcelain -uall --ignored"), "");
      assert.deepEqual(await readdir(cell.project), [".git", "a"]);
    });

    test("commits what was made and nothing else", async () => {
      await using cell = await openRepository();
      const { stdout, end } = await inside(cell, "echo b > b; git add -A; git commit -qm second; git ls-files; ls -A .bashrc .claude");
      assert.deepEqual([stdout, end.code], ["a\nb\n.bashrc:\n\n.claude:\n", 0]);
      assert.equal(await outside(cell, "git ls-tree -r --name-only HEAD"), "a\nb\n");
    });

    test("works as ever where the settings of its folder are held: branches, stashes, work trees, clones, cleaning up", async () => {
      await using cell = await openRepository();
      await outside(cell, "git config extensions.worktreeConfig true");
      const script = `
        git rev-parse --git-dir; [ $(git rev-parse --git-common-dir) -ef .git ]
        git switch -qc side; echo b >> a; git commit -qam second; git switch -q main; git merge -q side
        echo c >> a; git stash -q; git stash pop -q; git restore a
        git worktree add -q tree side; git -C tree status --porcelain; echo d > tree/d; git -C tree add -A; git -C tree commit -qm third
        git worktree list --porcelain | grep -c ^worktree; git worktree remove tree
        git clone -q . copy; git -C copy log --oneline | wc -l; rm -rf copy
        git pack-refs --all; git fsck --no-progress --no-dangling; git status --porcelain -uall; git log --oneline side | wc -l`;
      const { stdout, stderr, end } = await inside(cell, script);
      assert.deepEqual([stdout, stderr, end.code], [".git\n2\n2\n3\n", "", 0]);
      assert.deepEqual(await readdir(cell.project), [".git", "a"]);
      assert.equal(await outside(cell, "git status --porcelain; git log --oneline side | wc -l"), "3\n");
      assert.ok(!(await readdir(join(cell.project, ".git"))).some((name) => /held|commondir/.test(name)));
    });

    test("works in a submodule, and in a repository without a work tree", async () => {
      await using cell = await openRepository();
      await outside(
        cell,
        "git clone -q --bare . ../outside/bare && git -c protocol.file.allow=always submodule add -q ../outside/bare sub && git commit -qm sub",
      );
      const bare = join(cell.root, "outside/bare");
      const { stdout, stderr, end } = await cell.sh(
        "set -e; git submodule status | wc -l; git -C sub status --porcelain; git -C ../outside/bare log --oneline | wc -l",
        {
          writable: [cell.project, bare],
          unwritable: [
            ...[...NAMES, ...RUNS].map((name) => join(cell.project, name)),
            join(bare, "commondir"),
            join(bare, "config.worktree"),
          ],
        },
      );
      assert.deepEqual([stdout, stderr, end.code], ["1\n1\n", "", 0]);
    });

    test("is led to no settings of the command's own", async () => {
      await using cell = await openRepository();
      const evil = 'mkdir -p evil/refs evil/objects; printf "[core]\\n\\tfsmonitor = exit 1\\n" > evil/config';
      for (const act of [
        "echo ../evil > .git/commondir",
        "echo ../evil > x; mv x .git/commondir",
        "ln -s ../x .git/commondir",
        "rm -f .git/commondir",
        "mv .git away",
        "rm -rf .git/.keel-held-for-commondir",
      ]) {
        const { end, stderr } = await inside(cell, `${evil}; ${act}`);
        assert.match(stderr, /Read-only file system|busy|File exists/, act);
        assert.notEqual(end.code, 0);
      }
      assert.equal(existsSync(join(cell.project, ".git/commondir")), false);
    });

    test("is led to none afterwards where its work tree stands elsewhere, which it finds all the same", async () => {
      await using cell = await openRepository();
      await outside(cell, "mkdir elsewhere; git config core.worktree ../elsewhere");
      const { stdout, end } = await inside(cell, "git rev-parse --show-toplevel; echo ../evil > .git/commondir");
      assert.deepEqual([stdout, end.code], [`${join(cell.project, "elsewhere")}\n`, 0]);
      assert.equal(await outside(cell, "git rev-parse --show-toplevel; ls .git/commondir || true"), stdout);
    });

    test("works outside too while a command runs, and when the command of another has ended meanwhile", async () => {
      await using cell = await openRepository();
      const wait = (name: string): Promise<Told> =>
        inside(cell, `touch .git/seen-${name}; until [ -e .git/${name} ]; do sleep 0.01; done; echo x > .git/commondir`);
      const [first, second] = [wait("one"), wait("two")];
      for (const [name, one] of [
        ["one", first],
        ["two", second],
      ] as const)
        await made(join(cell.project, `.git/seen-${name}`), one);
      await outside(cell, "echo b > b; git add b; git commit -qm second; git worktree add -q ../tree -b side");
      await writeFile(join(cell.project, ".git/one"), "");
      assert.match((await first).stderr, /Read-only/);
      assert.equal(await readFile(join(cell.project, ".git/commondir"), "utf8"), ".\n");
      await writeFile(join(cell.project, ".git/two"), "");
      assert.match((await second).stderr, /Read-only/);
      assert.deepEqual(
        (await readdir(join(cell.project, ".git"))).filter((name) => /held|commondir|config/.test(name)),
        ["config"],
      );
      assert.equal(await outside(cell, "git -C ../tree status --porcelain; git ls-files"), "a\nb\n");
    });

    test("is left as it was by a keelson that is killed", async () => {
      await using cell = await openRepository();
      const name = oddSeconds();
      const spec = cell.spec(`sleep ${name}`, { unwritable: [...NAMES, ...RUNS].map((one) => join(cell.project, one)) });
      const script = `
        const { startProcess } = await import(${JSON.stringify(new URL("../process/start.ts", import.meta.url).href)});
        for await (const _ of startProcess(${JSON.stringify(spec)}, new AbortController().signal));`;
      const before = await readdir(join(cell.project, ".git"));
      const keelson = execFile(process.execPath, ["--input-type=module", "--eval", script]);
      await started(name);
      const seen = await outside(cell, "git status --porcelain -uall").finally(() => keelson.kill("SIGKILL"));
      assert.equal(seen, "");
      await gone(name);
      while (existsSync(join(cell.project, ".git/commondir")) || existsSync(join(cell.project, ".bashrc"))) await sleep(2);
      while ((await readdir(cell.project)).length > 2) await sleep(2);
      assert.deepEqual(await readdir(join(cell.project, ".git")), before);
    });

    test("takes over what was left by a keelson that is dead and could say nothing, and takes it away", async () => {
      await using cell = await openRepository();
      const world = /\d+/.exec(await readlink("/proc/self/ns/pid"))?.[0];
      await mkdir(join(cell.project, `.git/.keel-held-for-commondir/.keel-held-${world}-4194303-00`), { recursive: true }); // no process has that number
      await writeFile(join(cell.project, ".git/commondir"), ".\n");
      const { stderr } = await inside(cell, "git status --porcelain; echo x > .git/commondir");
      assert.match(stderr, /Read-only/);
      assert.ok(!(await readdir(join(cell.project, ".git"))).some((name) => /held|commondir/.test(name)));
    });
  });

  test.each([
    ["a folder with something in it", "mkdir .git/.keel-held-for-commondir; touch .git/.keel-held-for-commondir/x"],
    ["a link", "mkdir empty; ln -s ../empty .git/.keel-held-for-commondir"],
  ])("nothing runs where a command has put %s in the way of what holds commondir", async (_, act) => {
    await using cell = await openRepository();
    await cell.sh(act);
    const { end } = await inside(cell, "echo x > .git/commondir");
    assert.match(end.failed ?? "", /^Nothing ran: .*\.keel-held-for-commondir is in the way: remove it/);
  });

  describe("git in a sandbox at home", () => {
    test("works where the user has no settings, inside and outside, and leaves none behind", async () => {
      await using cell = await openRepository();
      const home = cell.project;
      const running = inside(
        cell,
        `export HOME=${home}; git log --oneline | wc -l; touch .git/seen; until [ -e .git/go ]; do sleep 0.01; done; echo x > .gitconfig`,
        home,
      );
      await made(join(home, ".git/seen"), running);
      assert.equal(await outside(cell, `export HOME=${home}; git log --oneline | wc -l`), "1\n");
      await writeFile(join(home, ".git/go"), "");
      const { stdout, stderr } = await running;
      assert.equal(stdout, "1\n");
      assert.match(stderr, /^[^\n]*Read-only file system\n$/);
      assert.deepEqual(await readdir(home), [".git", "a"]);
    });

    test("keeps the settings that the user makes while a command runs", async () => {
      await using cell = await openRepository();
      const home = cell.project;
      const running = inside(cell, "touch .git/seen; until [ -e .git/go ]; do sleep 0.01; done", home);
      await made(join(home, ".git/seen"), running);
      await outside(cell, `HOME=${home} git config --global user.name me`);
      await writeFile(join(home, ".git/go"), "");
      await running;
      assert.match(await readFile(join(home, ".gitconfig"), "utf8"), /name = me/);
      assert.deepEqual(await readdir(home), [".git", ".gitconfig", "a"]);
    });
  });
}
