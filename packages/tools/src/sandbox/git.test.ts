import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "vitest";
import { openCell, told, whereSandboxed, type Cell, type Told } from "../../test/sandbox.ts";
import { startProcess } from "../process/start.ts";

whereSandboxed("git in a sandbox", ["bwrap"], git);

const NAMES = [".bashrc", ".npmrc", ".gitmodules", ".gitconfig", ".claude", ".config/git", ".github/workflows"];
const RUNS = ["hooks", "config", "info", "modules"].map((name) => `.git/${name}`);
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
const inside = (cell: Cell, script: string): Promise<Told> =>
  cell.sh(`${SELF}; set -e; ${script}`, { unwritable: [...NAMES, ...RUNS].map((name) => join(cell.project, name)) });

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
  });
}
