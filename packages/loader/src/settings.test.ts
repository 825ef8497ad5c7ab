import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Settings } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { readSettings, type SettingsRead } from "./settings.ts";
import type { SettingsPlaces } from "./source.ts";

/** Highest first, as the design has it; relative to a home whose project is `work`. */
const WHERE = {
  managed: "etc/managed.json",
  flag: "given.json",
  keel_local: "work/.keel/settings.local.json",
  claude_local: "work/.claude/settings.local.json",
  keel_project: "work/.keel/settings.json",
  claude_project: "work/.claude/settings.json",
  keel_user: ".keel/settings.json",
  claude_user: ".claude/settings.json",
  builtin: "",
} as const;
type Where = keyof typeof WHERE;
const ORDER: readonly Where[] = [
  "managed",
  "flag",
  "keel_local",
  "claude_local",
  "keel_project",
  "claude_project",
  "keel_user",
  "claude_user",
  "builtin",
];

async function write(file: string, content: string | object): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
}

/** Writes each source where it belongs and reads them all. */
async function read(home: string, all: Partial<Record<Where, object>>, more: Partial<SettingsPlaces> = {}): Promise<SettingsRead> {
  for (const source of ORDER) if (source !== "builtin" && all[source]) await write(join(home, WHERE[source]), all[source]);
  return readSettings({
    cwd: join(home, "work"),
    home,
    ...(all.managed && { managed: [join(home, WHERE.managed)] }),
    ...(all.flag && { flag: join("..", WHERE.flag) }),
    ...(all.builtin && { builtin: all.builtin }),
    ...more,
  });
}

test("no file at all is no setting and no problem", async () => {
  await using home = await temporaryHome();
  assert.deepEqual(await read(home.path, {}), { layers: [], settings: {}, rules: [], hooks: [], problems: [] });
});

for (const [at, higher] of ORDER.entries())
  for (const lower of ORDER.slice(at + 1))
    test(`${higher} wins over ${lower}`, async () => {
      await using home = await temporaryHome();
      const { layers, settings, problems } = await read(home.path, { [lower]: { model: lower }, [higher]: { model: higher } });
      assert.deepEqual(problems, []);
      assert.equal(settings.model, higher);
      assert.deepEqual(
        layers.map(({ source }) => source),
        [higher, lower],
      );
    });

test("objects merge, lists join highest first without doubles, a chain of fallbacks is taken whole", async () => {
  await using home = await temporaryHome();
  const { settings, problems } = await read(home.path, {
    flag: { fallbackModel: ["b"], env: { A: "flag" }, permissions: { deny: ["Read(./x)", "Bash"] } },
    keel_user: {
      model: "m",
      fallbackModel: ["a", "c"],
      env: { A: "user", B: "user" },
      permissions: { deny: ["Bash", "Write"] },
      theme: "dark",
    },
    claude_user: { keel: { maxTurns: 7 }, permissions: { allow: ["Read"] } },
    builtin: { keel: { maxTurns: 9, dialect: "x" } } satisfies Settings,
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(settings, {
    model: "m",
    fallbackModel: ["b"],
    env: { A: "flag", B: "user" },
    permissions: { deny: ["Read(./x)", "Bash", "Write"], allow: ["Read"] },
    theme: "dark",
    keel: { maxTurns: 7, dialect: "x" },
  });
});

test("each rule knows its source, file, line and the folder that its patterns start at; none is lost for being said twice", async () => {
  await using home = await temporaryHome();
  const at = (path: string): string => join(home.path, path);
  const rules = (behavior: string): object => ({ permissions: { [behavior]: ["Bash"] } });
  const { rules: found, problems } = await read(home.path, {
    managed: rules("deny"),
    flag: rules("allow"),
    keel_local: rules("deny"),
    claude_local: rules("ask"),
    keel_project: rules("deny"),
    claude_project: rules("deny"),
    keel_user: rules("allow"),
    claude_user: rules("ask"),
    builtin: rules("deny"),
  });
  assert.deepEqual(problems, []);
  const line = 4; // {, permissions, list, rule
  assert.deepEqual(found, [
    { text: "Bash", behavior: "deny", source: "managed", file: at("etc/managed.json"), line, base: at("etc") },
    { text: "Bash", behavior: "allow", source: "flag", file: at("given.json"), line, base: at("work") },
    { text: "Bash", behavior: "deny", source: "keel_local", file: at("work/.keel/settings.local.json"), line, base: at("work") },
    { text: "Bash", behavior: "ask", source: "claude_local", file: at("work/.claude/settings.local.json"), line, base: at("work") },
    { text: "Bash", behavior: "deny", source: "keel_project", file: at("work/.keel/settings.json"), line, base: at("work") },
    { text: "Bash", behavior: "deny", source: "claude_project", file: at("work/.claude/settings.json"), line, base: at("work") },
    { text: "Bash", behavior: "allow", source: "keel_user", file: at(".keel/settings.json"), line, base: at(".keel") },
    { text: "Bash", behavior: "ask", source: "claude_user", file: at(".claude/settings.json"), line, base: at(".claude") },
    { text: "Bash", behavior: "deny", source: "builtin", base: at("work") },
  ]);
});

test("the homes of both programs can be elsewhere", async () => {
  await using home = await temporaryHome();
  await write(join(home.path, "k/settings.json"), { model: "k", permissions: { deny: ["Bash"] } });
  await write(join(home.path, "c/settings.json"), { env: { A: "c" }, permissions: { deny: ["Read"] } });
  const { settings, rules } = await read(home.path, {}, { keelHome: join(home.path, "k"), claudeHome: join(home.path, "c") });
  assert.deepEqual([settings.model, settings.env], ["k", { A: "c" }]);
  assert.deepEqual(
    rules.map(({ base }) => base),
    [join(home.path, "k"), join(home.path, "c")],
  );
});

test("several managed files stand in the order given", async () => {
  await using home = await temporaryHome();
  const files = ["a.json", "b.json"].map((name) => join(home.path, name));
  await write(files[0] ?? "", { model: "a" });
  await write(files[1] ?? "", { model: "b", fallbackModel: "b" });
  const { settings } = await read(home.path, {}, { managed: files });
  assert.deepEqual(settings, { model: "a", fallbackModel: "b" });
});

test("--settings takes a path from the working folder, or the JSON itself", async () => {
  await using home = await temporaryHome();
  await write(join(home.path, "work/mine.json"), { model: "file" });
  assert.equal((await read(home.path, {}, { flag: "mine.json" })).settings.model, "file");
  const { settings, rules, problems } = await read(home.path, {}, { flag: ' {"model": "inline",\n "permissions": {"deny": ["Bash"]}}' });
  assert.deepEqual([settings.model, problems], ["inline", []]);
  assert.deepEqual(rules, [{ text: "Bash", behavior: "deny", source: "flag", file: "--settings", line: 2, base: join(home.path, "work") }]);
});

test("in the home folder the user's files are the user's, not a repository's, also by way of a link", async () => {
  await using home = await temporaryHome();
  const mine = { permissions: { allow: ["Bash"] } };
  await read(home.path, { keel_user: mine, claude_user: mine });
  const link = `${home.path}-link`;
  await symlink(home.path, link);
  await using _ = { [Symbol.asyncDispose]: async () => (await import("node:fs/promises")).rm(link) };
  for (const cwd of [home.path, link]) {
    const { layers, rules, problems } = await readSettings({ cwd, home: home.path });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      layers.map(({ source }) => source),
      ["keel_user", "claude_user"],
    );
    assert.equal(rules.length, 2);
  }
});

const BROKEN = [
  ["an item that is no rule", { permissions: { deny: [5] } }, 1],
  ["a rule behind another key", { permissions: { ask: [{ tool: "Bash" }] } }, 1],
  ["no list", { permissions: { deny: { Bash: true } } }, 1],
  ["no object", { permissions: ["Bash"] }, 1],
  ["a slip in the key", { permissions: { Deny: ["Bash"] } }, 1],
  ["a slip in the group's key", { permission: { deny: ["Bash"] } }, 1],
] as const;
for (const [name, settings] of BROKEN)
  test(`a restriction that can't be read restricts everything in a repository, and refuses where its owner wrote it: ${name}`, async () => {
    await using home = await temporaryHome();
    const project = await read(home.path, { claude_project: settings });
    assert.deepEqual(
      project.rules.map(({ text, source, told }) => [text, source, told]),
      [["(unreadable)", "claude_project", true]],
    );
    assert.equal(project.problems.length, 1);
    assert.match(project.problems[0]?.text ?? "", /every tool is denied until/);
    assert.equal(project.problems[0]?.severity, "warning");
    await using other = await temporaryHome();
    const own = await read(other.path, { keel_user: settings });
    assert.deepEqual(
      own.problems.map(({ severity }) => severity),
      ["error"],
    );
  });

test("a repository's file that is cut off denies every tool where it may hold a restriction, and else nothing", async () => {
  await using home = await temporaryHome();
  const file = join(home.path, WHERE.claude_project);
  await write(file, '{"permissions": {"deny": ["Bash(tou');
  const cut = await read(home.path, {});
  assert.deepEqual(
    cut.rules.map(({ text, behavior }) => [text, behavior]),
    [["(unreadable)", "deny"]],
  );
  assert.equal(cut.problems.length, 1);
  await write(file, '{"model": "x');
  const plain = await read(home.path, {});
  assert.deepEqual([plain.rules, plain.problems.length], [[], 1]);
});

test("a restriction whose examples can't be read holds without them", async () => {
  await using home = await temporaryHome();
  const { rules } = await read(home.path, { claude_project: { permissions: { deny: ["Read", { rule: "Bash", match: 5 }] } } });
  assert.deepEqual(
    rules.map(({ text }) => text),
    ["Read", "Bash"],
  );
});
