import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, it } from "vitest";
import { confine, type SandboxSettings } from "./confine.ts";
import { readRules, type RuleLists } from "./rule/read-rules.ts";

const CWD = "/home/dev/proj";
const on = (settings: SandboxSettings, lists: RuleLists = {}) =>
  confine({
    settings,
    rules: readRules(lists, { source: "claude_project", base: CWD }).rules,
    cwd: CWD,
    directories: ["/data"],
    home: "/home/dev",
    temporary: "/tmp/keel-1",
  });

it("lets be written where the session works, and what settings and rules add", () => {
  const { confinement } = on(
    { filesystem: { allowWrite: ["~/cache", "./out", "//srv/x"] } },
    { allow: ["Edit(~/notes/**)", "Edit(//var/log/a.log)"] },
  );
  expect(confinement.writable).toEqual([
    CWD,
    "/data",
    "/tmp/keel-1",
    "/home/dev/cache",
    `${CWD}/out`,
    "/srv/x",
    "/home/dev/notes",
    "/var/log/a.log",
  ]);
});

it("protects by path, there or not, in every root: hooks, settings, what runs at the next start", () => {
  const { unwritable } = on({}).confinement;
  for (const path of [".git/hooks", ".git/config", ".claude", ".keel", ".mcp.json", ".envrc", "HEAD", "objects", ".github/workflows"])
    for (const root of [CWD, "/data"]) expect(unwritable).toContain(`${root}/${path}`);
  expect(unwritable).toContain("/home/dev/.bashrc");
  expect(unwritable).not.toContain(`${CWD}/.git`); // a commit must be possible
});

it("protects what stands deeper in a root too, and keeps no place whose being there would stop git", async () => {
  await using home = await temporaryHome();
  const git = (...words: readonly string[]) =>
    execFileSync("git", words, {
      cwd: home.path,
      env: { PATH: process.env["PATH"], HOME: "/nonexistent" },
      encoding: "utf8",
      stdio: "pipe",
    });
  for (const folder of [".", "pkg/inner"]) git("init", "-q", folder);
  const given = { settings: {}, rules: [], cwd: home.path, directories: [], home: "/home/dev", temporary: "/tmp/keel-1" };
  const { unwritable } = confine(given).confinement;
  expect(unwritable).toContain(join(home.path, "pkg/inner/.git/hooks"));
  // A sandbox puts an empty folder where what it holds isn't yet, and a file that says "here" where git wants that one to be a file.
  for (const path of unwritable.filter((one) => one.startsWith(home.path)))
    await (basename(path) === "commondir" ? writeFile(path, ".\n") : mkdir(path, { recursive: true }).catch(() => undefined));
  for (const folder of [".", "pkg/inner"]) expect(git("-C", folder, "status", "--short")).toBeDefined();
  git("-c", "user.name=a", "-c", "user.email=a@x.test", "commit", "-q", "--allow-empty", "-m", "x");
  expect(git("show", "--format=%s", "HEAD")).toBe("x\n");
});

it("keeps credentials from being read, unless they are allowed by name", () => {
  expect(on({}).confinement.unreadable).toContain("/home/dev/.ssh");
  expect(on({ filesystem: { allowRead: ["~/.ssh"] } }).confinement.unreadable).not.toContain("/home/dev/.ssh");
  expect(on({ filesystem: { denyRead: ["~/private"] } }, { deny: ["Read(./.env)", "Read(//etc/shadow)"] }).confinement.unreadable).toEqual(
    expect.arrayContaining(["/home/dev/private", `${CWD}/.env`, "/data/.env", "/etc/shadow"]),
  );
});

it("says which denials no list of paths can hold", () => {
  const { unheld } = on({}, { deny: ["Read(*.pem)", "Edit(!./src/**)", "Edit(/dist/**)", "Bash(rm *)"] });
  expect(unheld.map(({ text }) => text)).toEqual(["Read(*.pem)", "Edit(!./src/**)"]);
});

it("reaches the hosts of the settings and of the rules, and none beside them", () => {
  expect(on({}).confinement.network).toEqual({ allowed: [], denied: [] });
  expect(on({ network: "open" }).confinement.network).toBe("open");
  const lists = { allow: ["WebFetch(domain:*.example.org)", "WebFetch(domain:*)"], deny: ["WebFetch(domain:evil.test)"] };
  expect(on({ network: { allowedDomains: ["npmjs.org"] } }, lists).confinement.network).toEqual({
    allowed: ["npmjs.org", "*.example.org"],
    denied: ["evil.test"],
  });
});
