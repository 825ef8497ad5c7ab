import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { openProcesses, sandboxAvailability, scrub } from "@keelson/tools";
import { test } from "vitest";
import { boxOf, type Box } from "./box.ts";

const never = new AbortController().signal;
const env = scrub(process.env, process.platform);
const sandbox = await sandboxAvailability({ cwd: "/", env }, never);
if (!sandbox.available) console.warn(`*** The sandbox isn't tested: ${sandbox.why} ***`);

type Site = AsyncDisposable & {
  readonly cwd: string;
  readonly box: Box;
  /** In the sandbox, which is that of a session there; its stderr. */
  sh(command: string, folder?: string): Promise<string>;
};

/** Not in /tmp: that one is another inside. */
async function openSite(now?: () => number): Promise<Site> {
  const home = await realpath(await mkdtemp("/var/tmp/keel-box-"));
  const cwd = join(home, "project");
  await mkdir(cwd);
  const bounds = {
    bounds: () => ({ rules: [], directories: [] }),
    home,
    keelHome: join(home, ".keel"),
    session: "one",
    ...(now && { now }),
  };
  const box = boxOf({ sandbox: { enabled: true } }, bounds);
  assert.ok(box);
  return {
    cwd,
    box,
    async sh(command, folder = ".") {
      await using processes = openProcesses();
      const place = join(cwd, folder);
      const confinement = box.confine({ command, cwd: place });
      assert.ok(confinement);
      const args = ["--noprofile", "--norc", "-c", command];
      let words = "";
      for await (const { from, bytes } of processes.run(
        { file: "bash", args, cwd: place, env: { ...env, HOME: home }, confinement },
        never,
      ))
        if (from === "stderr") words += Buffer.from(bytes).toString();
      return words;
    },
    async [Symbol.asyncDispose]() {
      await rm(home, { recursive: true, force: true });
    },
  };
}

test.skipIf(!sandbox.available).each([
  ["looked for each time", undefined],
  ["remembered", () => Date.now()],
])("a repository that one command clones has its hooks held in the next; what stands beneath is %s", async (_, now) => {
  await using site = await openSite(now);
  assert.equal(await site.sh("git init -q up && git clone -q up sub/pkg 2>&1 && rm -rf sub/pkg/.git/hooks/*"), "");
  assert.match(await site.sh("echo 'exit 1' > sub/pkg/.git/hooks/post-checkout"), /Read-only file system/);
  assert.match(
    await site.sh("git -C sub/pkg config core.fsmonitor 'exit 1'"),
    /could not write config file|could not lock config|busy|Read-only/,
  );
  assert.deepEqual(await readdir(join(site.cwd, "sub/pkg/.git/hooks")), []);
});

test("what a folder within holds is told as it is now, not as it was", async () => {
  await using site = await openSite(() => Date.now());
  const held = (): boolean => site.box.confine({ cwd: site.cwd })?.unwritable.includes(join(site.cwd, "pkg/.npmrc")) ?? false;
  await mkdir(join(site.cwd, "pkg"));
  assert.equal(held(), false);
  await writeFile(join(site.cwd, "pkg/.npmrc"), "");
  assert.equal(held(), true);
});

test.skipIf(!sandbox.available)(
  "git finds nothing in a session's sandbox but what was made, also in a folder of a repository",
  async () => {
    await using site = await openSite();
    const self = "-c user.name=a -c user.email=a@b";
    const git = promisify(execFile);
    await mkdir(join(site.cwd, "sub"));
    await writeFile(join(site.cwd, "sub/a"), "a\n");
    for (const words of ["init -q", "add -A", `${self} commit -qm first`]) await git("git", words.split(" "), { cwd: site.cwd });
    assert.equal(await site.sh("git status --porcelain -uall --ignored >&2"), "");
    assert.equal(await site.sh(`echo b > b; git add -A; git ${self} commit -qm second; git show --name-only --format= >&2`), "b\n");
    assert.equal(await site.sh("git status --porcelain -uall >&2; git log --oneline | wc -l >&2", "sub"), "2\n");
  },
);
