import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { scrub } from "./scrub.ts";

test("keys of providers, clouds and registries don't pass", () => {
  const secrets = {
    ANTHROPIC_API_KEY: "1",
    ANTHROPIC_AUTH_TOKEN: "1",
    ANTHROPIC_BASE_URL: "1",
    OPENAI_API_KEY: "1",
    AWS_SECRET_ACCESS_KEY: "1",
    AWS_PROFILE: "1",
    GOOGLE_APPLICATION_CREDENTIALS: "1",
    GITHUB_TOKEN: "1",
    GH_TOKEN: "1",
    NPM_TOKEN: "1",
    npm_config__authToken: "1",
    DATABASE_URL: "1",
    LC_API_KEY: "1",
    XDG_SECRET: "1",
    CUDA_TOKEN: "1",
  };
  const passed = scrub(secrets, "linux");
  assert.deepEqual(
    Object.keys(secrets).filter((name) => name in passed),
    [],
  );
});

test("what would run code in every child doesn't pass", () => {
  const passed = scrub(
    { BASH_ENV: "/x", ENV: "/x", LD_PRELOAD: "/x", NODE_OPTIONS: "--require /x", "BASH_FUNC_ls%%": "() { :; }", PROMPT_COMMAND: "x" },
    "linux",
  );
  for (const name of ["BASH_ENV", "ENV", "LD_PRELOAD", "NODE_OPTIONS", "BASH_FUNC_ls%%", "PROMPT_COMMAND"])
    assert.ok(!(name in passed), name);
});

test("what programs need to find their way passes as it is", () => {
  const env = {
    PATH: "/usr/bin:/bin",
    HOME: "/home/u",
    LANG: "C.UTF-8",
    LC_TIME: "de",
    XDG_CACHE_HOME: "/c",
    HTTPS_PROXY: "http://p",
    CI: "1",
    NVM_DIR: "/n",
  };
  assert.deepEqual({ ...scrub(env, "linux"), ...env }, scrub(env, "linux"));
});

test("PATH loses the entries that depend on where one stands", () => {
  assert.equal(scrub({ PATH: "./bin:/usr/bin::node_modules/.bin:/bin" }, "linux")["PATH"], "/usr/bin:/bin");
  assert.equal(scrub({ Path: "C:\\Windows;.;bin" }, "win32")["Path"], "C:\\Windows");
});

test("names are compared as the platform does", () => {
  assert.equal(scrub({ SystemRoot: "C:\\Windows" }, "win32")["SystemRoot"], "C:\\Windows");
  assert.equal(scrub({ SystemRoot: "C:\\Windows" }, "linux")["SystemRoot"], undefined);
  assert.equal(scrub({ Home: "/h" }, "linux")["Home"], undefined);
});

test("nothing opens an editor or a pager, whatever the user has set", () => {
  const quiet = scrub({ EDITOR: "vim", PAGER: "less", GIT_PAGER: "delta" }, "linux");
  assert.deepEqual([quiet["EDITOR"], quiet["PAGER"], quiet["GIT_PAGER"], quiet["GIT_TERMINAL_PROMPT"]], ["true", "cat", "cat", "0"]);
});

test("git that only reads starts no program by a repository's own settings: no monitor of files, no hook of its index", async () => {
  await using home = await temporaryHome();
  const program = join(home.path, "started");
  await writeFile(program, `#!/bin/sh\ntouch ${home.path}/ran\n`, { mode: 0o755 });
  const git = (env: Record<string, string>, ...words: readonly string[]) =>
    execFileSync("git", words, { cwd: home.path, env, stdio: "pipe" });
  const plain = { PATH: "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin", HOME: home.path };
  git(plain, "init", "-q");
  git(plain, "config", "core.fsmonitor", program);
  await mkdir(join(home.path, ".git/hooks"), { recursive: true });
  await copyFile(program, join(home.path, ".git/hooks/post-index-change"));
  git(scrub(plain, "linux"), "status");
  assert.equal(existsSync(join(home.path, "ran")), false);
  git(plain, "status");
  assert.equal(existsSync(join(home.path, "ran")), true); // the same without it
});
