import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, it } from "vitest";
import { asked, bound, CWD, judge, linked, type World } from "../test/engine.ts";
import type { Links } from "./path/links.ts";
import { createReadFilter } from "./read-filter.ts";
import { readRules, type RuleLists } from "./rule/read-rules.ts";

const HOME = "/home/dev";
const filter = (rules: RuleLists, links: Links = linked(), directories: readonly string[] = []) =>
  createReadFilter({ rules: readRules(rules, { source: "claude_project", base: CWD }).rules, cwd: CWD, directories, home: HOME, links });
const walk = async (path: string, world: World) => {
  const call = bound([{ do: "read", path, under: true, filtered: true }]);
  const { behavior, explicit } = await judge(asked("Grep", call, world), world.links ? { links: world.links } : {});
  return behavior === "ask" && explicit ? "ask!" : behavior;
};

it("lets a tool that leaves out denied files look at the folder that holds them", async () => {
  for (const rule of ["Read(.env)", "Read(./secrets/**)", "Read(**/*.pem)"]) {
    expect(await walk(CWD, { rules: { deny: [rule] } })).toBe("allow");
    expect(await walk(CWD, { rules: { ask: [rule] } })).toBe("allow");
  }
});

it("denies it a folder that a rule speaks of, or that lies in one", async () => {
  const rules = { deny: ["Read(secrets/**)"] };
  expect(await walk(`${CWD}/secrets`, { rules })).toBe("deny");
  expect(await walk(`${CWD}/secrets/old`, { rules })).toBe("deny");
  expect(await walk(`${CWD}/s`, { rules, links: linked({ [`${CWD}/s`]: "secrets/old" }) })).toBe("deny");
  expect(await walk(`${CWD}/l`, { rules, links: linked({ [`${CWD}/l`]: "l" }) })).toBe("ask!");
  expect(await walk(CWD, { rules: { deny: ["Read"] } })).toBe("deny");
  expect(await walk(CWD, { rules: { ask: ["Read"] } })).toBe("ask!");
});

it("asks before a tool that leaves nothing out looks there", async () => {
  const call = bound([{ do: "read", path: CWD, under: true }]);
  expect(await judge(asked("Grep", call, { rules: { deny: ["Read(.env)"] } }))).toMatchObject({ behavior: "ask", explicit: true });
});

it.each([
  ["Read(.env)", ".env", true],
  ["Read(.env)", "src/.env", true],
  ["Read(.env)", ".env.example", false],
  ["Read(./.env)", "src/.env", false],
  ["Read(secrets/**)", "secrets/a/b", true],
  ["Read(secrets)", "secrets/a/b", true],
  ["Grep(*.pem)", "a.pem", true],
  ["Read(~/.ssh/**)", "../.ssh/id", true],
  ["Read", "a", true],
  ["*", "a", true],
  ["Read(", "a", true],
  ["Edit(a)", "a", false],
  ["Bash(cat *)", "a", false],
  ["Grep", "a", false],
])("by %s leaves out %s: %s", async (rule, path, left) => {
  expect(await filter({ deny: [rule] })(join(CWD, path))).toBe(left);
  expect(await filter({ ask: [rule] })(join(CWD, path))).toBe(left);
  expect(await filter({ allow: [rule] })(join(CWD, path))).toBe(false);
});

it("holds in additional directories, and for names however their case where the disk takes them for the same", async () => {
  expect(await filter({ deny: ["Read(.env)"] }, linked(), ["/data"])("/data/a/.env")).toBe(true);
  expect(await filter({ deny: ["Read(.env)"] })("/data/a/.env")).toBe(false);
  expect(await filter({ deny: ["Read(.env)"] }, { ...linked(), caseless: true })(`${CWD}/.ENV`)).toBe(true);
});

it("sees where a link leads, on a real disk, and leaves out what leads nowhere known", async () => {
  await using home = await temporaryHome();
  await mkdir(join(home.path, "secrets"));
  await writeFile(join(home.path, "secrets/key"), "");
  await symlink("secrets", join(home.path, "open"));
  await symlink("secrets/key", join(home.path, "note"));
  await symlink("round", join(home.path, "round"));
  const { rules } = readRules({ deny: ["Read(secrets/**)"] }, { source: "claude_project", base: home.path });
  const leavesOut = createReadFilter({ rules, cwd: home.path, home: "/home/dev" });
  for (const path of ["secrets/key", "open/key", "note", "round"]) expect(await leavesOut(join(home.path, path))).toBe(true);
  expect(await leavesOut(join(home.path, "other"))).toBe(false);
});

it("asks for each link once, and for none without a rule on reading", async () => {
  const looked: string[] = [];
  const links: Links = { readlink: async (path) => void looked.push(path) };
  const leavesOut = filter({ deny: ["Read(.env)"] }, links);
  for (let count = 0; count < 2_000; count += 1) await leavesOut(`${CWD}/src/${count % 1_000}.ts`);
  expect(looked).toHaveLength(new Set(looked).size);
  looked.length = 0;
  await filter({ deny: ["Edit(.env)", "Bash(rm *)"] }, links)(`${CWD}/a`);
  expect(looked).toEqual([]);
});
