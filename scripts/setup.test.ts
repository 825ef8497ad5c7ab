import { spawnSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the first run installs with the pinned pnpm, the second does nothing and says nothing", async () => {
  await using checkout = await freshCheckout("mkdir -p node_modules");
  expect(checkout.setUp()).toMatchObject({ status: 0, stderr: "Installing what keelson is built with, first time only…\n" });
  expect(checkout.setUp()).toMatchObject({ status: 0, stderr: "", stdout: "" });
  expect(await checkout.calls()).toEqual(["--yes pnpm@1.2.3 install --frozen-lockfile"]);
});

test("a changed package.json of any package installs again", async () => {
  await using checkout = await freshCheckout("mkdir -p node_modules");
  checkout.setUp();
  await checkout.write("packages/one/package.json", '{ "dependencies": {} }');
  expect(checkout.setUp().stderr).toContain("a package.json or the lockfile changed");
  expect(await checkout.calls()).toHaveLength(2);
});

test("without a network it ends with one line that says what to check, and the next run tries again", async () => {
  await using checkout = await freshCheckout("mkdir -p node_modules; echo noise; echo 'npm error code EAI_AGAIN' >&2; exit 1");
  const { status, stderr } = checkout.setUp();
  expect(status).toBe(1);
  expect(stderr.trim().split("\n").at(-1)).toMatch(
    /^The installation failed\. .*can't reach it.*HTTPS_PROXY.*run the same command again\.$/,
  );
  checkout.setUp();
  expect(await checkout.calls()).toHaveLength(2);
});

test("a failed install after a good one isn't taken for a whole one", async () => {
  await using checkout = await freshCheckout("mkdir -p node_modules");
  checkout.setUp();
  await checkout.npxThat("exit 1");
  await checkout.write("pnpm-lock.yaml", "changed");
  expect(checkout.setUp().status).toBe(1);
  await checkout.write("pnpm-lock.yaml", "");
  expect(checkout.setUp().status).toBe(1);
});

test("an old Node is told what it needs, and nothing is started", async () => {
  await using checkout = await freshCheckout("exit 0");
  const old = "data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '18.19.0' } })";
  const { status, stderr } = checkout.setUp({}, ["--import", old]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^This needs Node 20 or newer and found 18\.19\.0\. .*\n$/);
  expect(await checkout.calls()).toEqual([]);
});

test("an empty HOME isn't handed on: caches would land beside the root of the disk", async () => {
  await using checkout = await freshCheckout('mkdir -p node_modules; echo "home=${HOME-unset}" >> calls');
  checkout.setUp({ HOME: "" });
  expect((await checkout.calls()).at(-1)).toBe("home=unset");
});

/** A folder that looks like a checkout, with an npx that notes what it was asked for, then does as told. */
async function freshCheckout(npxDoes: string) {
  const root = await mkdtemp(join(tmpdir(), "keel-setup-"));
  const write = (file: string, content: string) => writeFile(join(root, file), content);
  const npxThat = async (does: string) => {
    await write("npx", `#!/bin/sh\necho "$*" >> calls\n${does}\n`);
    await chmod(join(root, "npx"), 0o755);
  };
  await mkdir(join(root, "packages/one"), { recursive: true });
  for (const script of ["setup.mjs", "rooms.mjs"]) await cp(join(import.meta.dirname, script), join(root, "scripts", script));
  await write("package.json", '{ "packageManager": "pnpm@1.2.3" }');
  await write("packages/one/package.json", "{}");
  await write("pnpm-lock.yaml", "");
  await npxThat(npxDoes);
  return {
    write,
    npxThat,
    calls: async () => (await readFile(join(root, "calls"), "utf8").catch(() => "")).split("\n").filter(Boolean),
    setUp: (env: Record<string, string> = {}, flags: readonly string[] = []) =>
      spawnSync(process.execPath, [...flags, join(root, "scripts/setup.mjs")], {
        encoding: "utf8",
        env: { PATH: `${root}:/bin:/usr/bin`, ...env },
      }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
