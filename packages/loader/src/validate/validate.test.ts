import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Json } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { validatePlugins, type Validated } from "./validate.ts";

const SKILL = "---\ndescription: x\n---\n";

async function validate(
  files: Readonly<Record<string, Json>>,
  recursive = true,
): Promise<readonly (Validated & { readonly at: string })[]> {
  await using home = await temporaryHome();
  const dir = join(home.path, "repo");
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), typeof content === "string" ? content : JSON.stringify(content, undefined, 1));
  }
  return (await validatePlugins(`${dir}/`, recursive)).map((one) => ({ ...one, at: one.root.slice(dir.length + 1) }));
}
const roots = (all: readonly { readonly at: string; readonly name: string; readonly format: string }[]): readonly string[] =>
  all.map(({ at, name, format }) => `${at} ${name} ${format}`);

test("one plugin is one object: names, and problems with file, line, message and remedy", async () => {
  const [one, ...rest] = await validate({
    ".claude-plugin/plugin.json": { name: "p", version: "1.0.0", skills: "./gone", metadata: 3 },
    "commands/c.md": "Say hello.",
    "skills/s/SKILL.md": "---\nname: s\ndescription: a: b\n---\n",
    "hooks/hooks.json": { hooks: { Stop: [{ hooks: [{ type: "command", command: "x" }] }] } },
  });
  assert.ok(one && rest.length === 0);
  const { root, at: _, problems, ...said } = one;
  assert.deepEqual(said, {
    format: "claude",
    name: "p",
    version: "1.0.0",
    skills: ["s"],
    commands: ["c"],
    agents: [],
    hooks: ["Stop"],
    mcpServers: [],
    lspServers: [],
    outputStyles: [],
  });
  assert.deepEqual(
    problems.map(({ severity, code, file, line }) => [severity, code, file.slice(root.length + 1), line]),
    [
      ["warning", "manifest_field", ".claude-plugin/plugin.json", 5],
      ["warning", "head_broken", "skills/s/SKILL.md", 3],
      ["warning", "path_missing", ".claude-plugin/plugin.json", 4],
    ],
  );
  for (const { message, hint } of problems) assert.ok(message !== "" && hint !== "" && !message.includes(hint));
});

test("recursively, what has a manifest is a plugin wherever it stands, and so is what a marketplace names", async () => {
  const all = await validate({
    ".claude-plugin/marketplace.json": {
      name: "m",
      plugins: [
        { name: "listed", source: "./plain" },
        { name: "far", source: { source: "github", repo: "o/r" } },
        { name: "gone", source: "./gone" },
      ],
    },
    "plain/commands/c.md": "x",
    "deep/er/.claude-plugin/plugin.json": { name: "deep" },
    "gem/gemini-extension.json": { name: "gem" },
    "loose/skills/a/SKILL.md": SKILL,
    "pile/a/SKILL.md": SKILL,
    "pile/b/SKILL.md": SKILL,
    ".claude/skills/own/SKILL.md": SKILL,
    "other/plugin.json": { name: "someone else's", type: "panel" },
    "node_modules/x/.claude-plugin/plugin.json": { name: "x" },
  });
  assert.deepEqual(roots(all), [
    ".claude .claude claude-folder",
    "deep/er deep claude",
    "gem gem gemini",
    "loose loose folder",
    "pile pile skills",
    "plain listed folder",
  ]);
  assert.deepEqual(
    all[0]?.problems.map(({ code, line }) => [code, line]),
    [["source_missing", 15]],
  );
});

test("a marketplace that cuts one folder into plugins by lists of skills replaces its default ones", async () => {
  const files = { "skills/a/SKILL.md": SKILL, "skills/b/SKILL.md": SKILL, "skills/c/SKILL.md": SKILL };
  const entry = (name: string, skills: Json): Json => ({ name, source: "./", strict: false, skills });
  const [one, ...rest] = await validate({
    ".claude-plugin/marketplace.json": { name: "m", plugins: [entry("x", ["./skills/a"]), entry("y", ["./skills/b"])] },
    ...files,
  });
  assert.deepEqual([one?.at, one?.name, one?.skills, rest], ["", "m", ["a", "b"], []]);
});

test("not recursively, the folder alone is looked at; what is none is an error", async () => {
  const all = await validate({ "skills/a/SKILL.md": SKILL, "x/.claude-plugin/plugin.json": { name: "x" } }, false);
  assert.deepEqual(roots(all), [" repo folder"]);
  const [none] = await validatePlugins("/nowhere/at/all", true);
  assert.deepEqual(
    none?.problems.map(({ severity, code }) => [severity, code]),
    [["error", "no_folder"]],
  );
  const [broken] = await validate({ ".claude-plugin/plugin.json": "{" });
  assert.deepEqual(
    [broken?.format, broken?.problems.map(({ severity, code }) => [severity, code])],
    ["unknown", [["error", "manifest_unreadable"]]],
  );
  assert.deepEqual(roots(await validate({ "README.md": "x" })), [" repo folder"]);
});

const said = async (files: Readonly<Record<string, Json>>, recursive = false): Promise<readonly string[]> =>
  (await validate(files, recursive)).flatMap(({ root, problems }) =>
    problems.map(({ severity, code, file, line }) => `${severity} ${code} ${file.slice(root.length + 1)}:${line}`),
  );

test("a directory that holds nothing of a plugin is none", async () => {
  assert.deepEqual(await said({ "notes/readme.txt": "x" }), ["error no_plugin :1"]);
  assert.deepEqual(await said({ "commands/a.md": "Do it." }), []);
  assert.deepEqual(await said({ ".claude-plugin/plugin.json": { name: "bare" } }), []);
});

test("a skill that is too large isn't loaded, and that is an error; a head that is closed too far down isn't said to be open", async () => {
  const large = `${SKILL}${"x".repeat(4 * 1024 * 1024)}`;
  const [one] = await validate({ "skills/a/SKILL.md": SKILL, "skills/large/SKILL.md": large }, false);
  assert.deepEqual(one?.skills, ["a"]);
  const problem = one?.problems.find(({ code }) => code === "too_large");
  assert.equal(problem?.severity, "error");
  assert.match(problem?.message ?? "", /^isn't loaded: it has \d+ bytes/);
  const far = `---\ndescription: x\nnote: ${"y".repeat(70_000)}\n---\nDo it.\n`;
  assert.deepEqual(await said({ "skills/far/SKILL.md": far }), ["warning head_long skills/far/SKILL.md:1"]);
});

test("a broken manifest beside the one that is read, fields in capitals, and a command that isn't TOML are told with their lines", async () => {
  assert.deepEqual(await said({ ".claude-plugin/plugin.json": { name: "p" }, ".codex-plugin/plugin.json": '{\n "name": "p",\n' }), [
    "warning manifest_beside .codex-plugin/plugin.json:3",
  ]);
  assert.deepEqual(await said({ "skills/a/SKILL.md": "---\nName: a\nDescription: b\n---\nDo it.\n" }), [
    "warning field_case skills/a/SKILL.md:2",
    "warning field_case skills/a/SKILL.md:3",
  ]);
  const gemini = { "gemini-extension.json": { name: "g", version: "1.0.0" } };
  assert.deepEqual(await said({ ...gemini, "commands/a.toml": 'description = "x"\nprompt = "never closed\n' }), [
    "error toml_invalid commands/a.toml:2",
  ]);
  const whole = '# a command\ndescription = "x" # why\nlist = [1,\n 2]\nok = true\nprompt = """\nDo = it\n"""\n\n[more]\n???\n';
  assert.deepEqual(await said({ ...gemini, "commands/a.toml": whole }), []);
});

test("two plugins of one name, and two monitors, are said once", async () => {
  const plugin = { name: "dup" };
  assert.deepEqual(await said({ "a/.claude-plugin/plugin.json": plugin, "b/.claude-plugin/plugin.json": plugin }, true), [
    "warning plugin_name_twice :1",
  ]);
  const monitors = ["x", "y", "z"].map((command) => ({ name: "log", command }));
  assert.deepEqual(await said({ ".claude-plugin/plugin.json": plugin, "monitors/monitors.json": monitors }), [
    "warning monitor_name_twice monitors/monitors.json:10",
  ]);
});

test("hooks in the settings of a folder like ~/.keel are looked at as a session does", async () => {
  await using home = await temporaryHome();
  const dir = join(home.path, ".keel");
  await mkdir(join(dir, "skills/s"), { recursive: true });
  await writeFile(join(dir, "skills/s/SKILL.md"), SKILL);
  const hook = { type: "command", command: "x" };
  const hooks = { PreToolUse: [{ matcher: "Bash(", hooks: [hook] }], PreToolUsed: [{ hooks: [hook] }] };
  await writeFile(join(dir, "settings.json"), JSON.stringify({ hooks }, undefined, 1));
  const [one] = await validatePlugins(dir, false);
  assert.deepEqual(
    one?.problems.map(({ code, file }) => [code, file]),
    [
      ["hook_matcher", join(dir, "settings.json")],
      ["hook_event_unknown", join(dir, "settings.json")],
    ],
  );
  await writeFile(join(dir, "settings.json"), "{oops");
  assert.deepEqual(
    (await validatePlugins(dir, false))[0]?.problems.map(({ code }) => code),
    ["json_invalid"],
  );
});
