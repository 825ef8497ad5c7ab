import { strict as assert } from "node:assert";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
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
  /** In the sandbox; its stderr. */
  sh(command: string): Promise<string>;
};

/** Not in /tmp: that one is another inside. */
async function openSite(now?: () => number): Promise<Site> {
  const home = await realpath(await mkdtemp("/var/tmp/keel-box-"));
  const cwd = join(home, "project");
  await mkdir(cwd);
  const bounds = { rules: [], directories: [], home, keelHome: join(home, ".keel"), session: "one", ...(now && { now }) };
  const box = boxOf({ sandbox: { enabled: true } }, bounds);
  assert.ok(box);
  return {
    cwd,
    box,
    async sh(command) {
      await using processes = openProcesses();
      const confinement = box.confine({ command, cwd });
      assert.ok(confinement);
      const args = ["--noprofile", "--norc", "-c", command];
      let words = "";
      for await (const { from, bytes } of processes.run({ file: "bash", args, cwd, env: { ...env, HOME: home }, confinement }, never))
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
