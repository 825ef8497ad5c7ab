import assert from "node:assert/strict";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Json, PluginDecl, PluginRead } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { readPlugin } from "../plugin.ts";

const CLAUDE = ".claude-plugin/plugin.json";
type Files = Readonly<Record<string, Json>>;

async function write(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === "string" ? content : JSON.stringify(content, undefined, 1));
  }
}
async function read(
  files: Files,
  folder = "sample",
): Promise<{ readonly plugin: PluginDecl; readonly said: readonly string[]; readonly read: PluginRead }> {
  await using home = await temporaryHome();
  const root = join(home.path, folder);
  await write(root, { ...files });
  const found = await readPlugin(root);
  assert.ok(found.plugin, JSON.stringify(found.problems));
  const said = found.problems.map(({ severity, code, file, line }) => `${severity} ${code} ${file.slice(root.length + 1)}:${line}`);
  return { plugin: found.plugin, said, read: found };
}
const text = (head: string, body = "Do it."): string => `---\n${head}\n---\n${body}\n`;

test("a skill says all that its head says, and its body stays on the disk", async () => {
  const head = `name: Big Review
description: Reviews.
when_to_use: On changes.
argument-hint: [file] [mode]
arguments: file mode
disable-model-invocation: YES
user-invocable: "off"
allowed-tools: Bash(git add *), Agent(a, b), Read
disallowed-tools: ["Write"]
model: opus
effort: high
context: fork
agent: explore
background: false
paths: src/**/*.{ts,tsx}, docs/**
shell: bash
strange: { kept: 1 }`;
  const { plugin, said } = await read({ [CLAUDE]: { name: "p" }, "skills/review/SKILL.md": text(head, "SECRET BODY") });
  const [skill] = plugin.skills;
  assert.ok(skill);
  const { file, dir, fields, ...rest } = skill;
  assert.ok(file.endsWith("skills/review/SKILL.md") && dir?.endsWith("skills/review"));
  assert.deepEqual(rest, {
    name: "Big Review",
    line: 20,
    description: "Reviews.",
    whenToUse: "On changes.",
    argumentHint: "[file] [mode]",
    arguments: ["file", "mode"],
    hiddenFromModel: true,
    hiddenFromUser: true,
    allowedTools: ["Bash(git add *)", "Agent(a, b)", "Read"],
    disallowedTools: ["Write"],
    model: "opus",
    effort: "high",
    fork: true,
    agent: "explore",
    background: false,
    paths: ["src/**/*.{ts,tsx}", "docs/**"],
    shell: "bash",
  });
  assert.deepEqual(fields["strange"], { kept: 1 });
  assert.doesNotMatch(JSON.stringify(plugin), /SECRET BODY/);
  assert.deepEqual(said, ["warning head_broken skills/review/SKILL.md:5"]);
});

test("in a folder of the user or the project a skill is called as its folder, and its head gives a title", async () => {
  const { plugin } = await read({ "skills/review/SKILL.md": text("name: Big Review\ndescription: x") }, ".claude");
  assert.deepEqual([plugin.format, plugin.skills[0]?.name, plugin.skills[0]?.title], ["claude-folder", "review", "Big Review"]);
});

test("what has no description says its first paragraph, and only a command may without a word", async () => {
  const body = "# Title\n\nIt *does* `things`\nwell.\n\nMore.";
  const { plugin, said } = await read({
    "skills/a/SKILL.md": body,
    "commands/b.md": body,
    "agents/c.md": body,
    "agents/README.md": "# Agents",
  });
  for (const part of [plugin.skills[0], plugin.commands[0], plugin.agents[0]]) assert.equal(part?.description, "It does things well.");
  assert.deepEqual([plugin.skills[0]?.name, plugin.commands[0]?.name, plugin.agents.map(({ name }) => name)], ["a", "b", ["c"]]);
  assert.deepEqual(said, ["warning description_missing skills/a/SKILL.md:1", "warning description_missing agents/c.md:1"]);
});

test("skills are found sorted into folders, alone at the root, and nowhere inside another skill", async () => {
  const skill = text("description: x");
  const deep = await read({ "skills/x/SKILL.md": skill, "skills/x/examples/y/SKILL.md": skill, "skills/group/z/SKILL.md": skill });
  assert.deepEqual(
    deep.plugin.skills.map(({ name }) => name),
    ["z", "x"],
  );
  const alone = await read({ "SKILL.md": text("name: only\ndescription: x"), "docs/x/SKILL.md": skill });
  assert.deepEqual(
    alone.plugin.skills.map(({ name }) => name),
    ["only"],
  );
  const bare = await read({ "one/SKILL.md": skill, "two/skill.md": skill, "three/x/SKILL.md": skill });
  assert.deepEqual(
    [bare.plugin.format, bare.plugin.skills.map(({ name }) => name), bare.said],
    ["skills", ["one", "two"], ["warning skill_case two/skill.md:1"]],
  );
});

test("paths of a manifest add to the skills and replace the rest; one that can't be used costs itself", async () => {
  const manifest = {
    name: "p",
    skills: ["./more", "extra/one", "./gone"],
    commands: ["cmd/a.md", "../up.md"],
    agents: "./people",
    outputStyles: 3 as Json,
  };
  const { outputStyles: _, ...good } = manifest;
  const files = {
    "skills/base/SKILL.md": text("description: x"),
    "more/m/SKILL.md": text("description: x"),
    "extra/one/SKILL.md": text("description: x"),
    "commands/left.md": "out",
    "cmd/a.md": "in",
    "people/sub/b.agent.md": text("description: x"),
  };
  const { plugin, said } = await read({ [CLAUDE]: good, ...files });
  assert.deepEqual(
    [plugin.skills, plugin.commands, plugin.agents].map((parts) => parts.map(({ name }) => name)),
    [["base", "m", "one"], ["a"], ["b"]],
  );
  assert.deepEqual(plugin.agents[0]?.within, ["sub"]);
  assert.deepEqual(said.toSorted(), [`error path_escapes ${CLAUDE}:10`, `warning path_missing ${CLAUDE}:6`]);
});

test("commands by name in the manifest, of the same name in two folders, and in TOML", async () => {
  const { plugin } = await read({
    [CLAUDE]: {
      name: "p",
      commands: { say: { content: "Say $ARGUMENTS.", description: "Says." }, run: { source: "./c/run.md", model: "haiku" } },
    },
    "c/run.md": text("description: Runs."),
  });
  assert.deepEqual(
    plugin.commands.map(({ name, description, content, model }) => [name, description, content, model]),
    [
      ["say", "Says.", "Say $ARGUMENTS.", undefined],
      ["run", "Runs.", undefined, "haiku"],
    ],
  );
  const twice = await read({ "commands/git/push.md": "a", "commands/svn/push.md": "b", "commands/git/pull.md": "c" });
  assert.deepEqual(
    twice.plugin.commands.map(({ name }) => name),
    ["pull", "git:push", "svn:push"],
  );
  const toml = await read({
    "gemini-extension.json": { name: "g" },
    "commands/a/b.toml": 'description = "B \\"q\\""\nprompt = """\nDo {{args}}\n"""\n',
    "commands/c.toml": "x = 1",
  });
  assert.deepEqual(
    toml.plugin.commands.map(({ name, description, dialect }) => [name, description, dialect]),
    [["a:b", 'B "q"', "braces"]],
  );
  assert.deepEqual(toml.said, ["error command_invalid commands/c.toml:1"]);
});

test("hooks in every shape that is out there: what can be meant is, and the rest is said", async () => {
  const run = { type: "command", command: "true" };
  const events = {
    PreToolUse: [
      { matcher: "Bash", hooks: [run, { type: "http", url: "https://x" }], id: "i" },
      { matcher: "Write(docs/**)", hooks: [{ ...run, timeout: 5000 }] },
    ],
    Stop: { hooks: [{ command: "stop" }] },
    SessionStart: [{ type: "command", command: "start", timeout: 5 }],
    postToolUse: [{ hooks: [run] }],
    Setup: [{ hooks: [{ type: "script" }, {}] }, {}, 3],
    Notification: [],
  };
  const shapes = await read({
    [CLAUDE]: { name: "p", hooks: ["./hooks/hooks.json", { SubagentStop: [{ hooks: [run] }] }] },
    "hooks/hooks.json": { description: "d", hooks: events },
  });
  assert.deepEqual(
    shapes.plugin.hooks.map(({ event, matcher, handler, timeoutS, group, line }) => [
      event,
      matcher,
      handler["type"],
      timeoutS,
      group,
      line,
    ]),
    [
      ["PreToolUse", "Bash", "command", undefined, { id: "i" }, 8],
      ["PreToolUse", "Bash", "http", undefined, { id: "i" }, 12],
      ["PreToolUse", "Write(docs/**)", "command", 600, undefined, 22],
      ["Stop", undefined, "command", undefined, undefined, 32],
      ["SessionStart", undefined, "command", 5, undefined, 38],
      ["SubagentStop", undefined, "command", undefined, undefined, 9],
    ],
  );
  assert.deepEqual(
    shapes.said.map((line) => line.replace(" hooks/hooks.json", "")),
    [
      "warning hook_matcher:20",
      "warning hook_timeout:22",
      "warning hooks_shape:30",
      "warning hook_event_unknown:44",
      "error hook_invalid:57",
      "error hook_invalid:60",
      "warning hooks_shape:63",
      "warning hooks_shape:64",
    ],
  );
  for (const none of ["[]", '{"hooks": []}', "{}"]) assert.deepEqual((await read({ "hooks/hooks.json": none })).read.problems, []);
  const bad = await read({ "hooks/hooks.json": '{\n "hooks": {\n', "commands/a.md": "a" });
  assert.deepEqual([bad.plugin.commands.length, bad.said], [1, ["error json_invalid hooks/hooks.json:3"]]);
});

test("events of other hosts have our names, their milliseconds our seconds", async () => {
  const hooks = {
    hooks: { BeforeTool: [{ matcher: "run", hooks: [{ type: "command", command: "x", timeout: 5000 }] }], AfterModel: [{ hooks: [] }] },
  };
  const { plugin, said } = await read({ "gemini-extension.json": { name: "g" }, "hooks/hooks.json": hooks });
  const [hook] = plugin.hooks;
  assert.deepEqual(
    [hook?.event, hook?.calledEvent, hook?.timeoutS, hook?.dialect, said],
    ["PreToolUse", "BeforeTool", 5, "gemini", ["warning hook_event_unknown hooks/hooks.json:15"]],
  );
  const cursor = await read({
    ".cursor-plugin/plugin.json": { name: "c" },
    "hooks/hooks.json": { version: 1, hooks: { beforeShellExecution: [{ command: "./x.sh" }] } },
  });
  assert.deepEqual(
    cursor.plugin.hooks.map(({ event, matcher, dialect }) => [event, matcher, dialect]),
    [["PreToolUse", "Bash", "cursor"]],
  );
});

test("a hook whose script is missing or may not be run is declared all the same, and said", async () => {
  await using home = await temporaryHome();
  const command = (path: string): Json => ({ hooks: [{ type: "command", command: path }] });
  await write(home.path, {
    "hooks/hooks.json": {
      hooks: {
        Stop: [
          command("python3 ${CLAUDE_PLUGIN_ROOT}/gone.py"),
          command('"${CLAUDE_PLUGIN_ROOT}"/run.sh'),
          command("bash ${CLAUDE_PLUGIN_ROOT}/run.sh"),
        ],
      },
    },
    "run.sh": "#!/bin/sh\n",
  });
  const first = await readPlugin(home.path);
  assert.deepEqual([first.plugin?.hooks.length, first.problems.map(({ code }) => code)], [3, ["hook_script_missing", "hook_script_mode"]]);
  await chmod(join(home.path, "run.sh"), 0o755);
  assert.deepEqual(
    (await readPlugin(home.path)).problems.map(({ code }) => code),
    ["hook_script_missing"],
  );
});

test("servers wrapped or bare, by every word for their transport; a bad one costs itself", async () => {
  const servers = {
    plain: { command: "node", args: ["x"] },
    web: { type: "streamable-http", url: "https://x" },
    old: { type: "sse", url: "https://x" },
    untyped: { url: "https://x" },
    empty: {},
    workspace: { command: "x" },
    odd: { type: "carrier", url: "x" },
  };
  for (const content of [servers, { mcpServers: servers }]) {
    const { plugin, said } = await read({
      ".mcp.json": content,
      [CLAUDE]: { name: "p", mcpServers: { web: { type: "http", url: "https://y" } } },
    });
    assert.deepEqual(
      plugin.mcpServers.map(({ name, transport }) => [name, transport]),
      [
        ["plain", "stdio"],
        ["web", "http"],
        ["old", "sse"],
      ],
    );
    assert.equal(plugin.mcpServers[1]?.config["url"], "https://y");
    assert.deepEqual(
      said.map((line) => line.split(" ")[1]),
      ["url_missing_type", "mcp_invalid", "mcp_reserved", "mcp_type"],
    );
  }
  const gemini = await read({
    "gemini-extension.json": { name: "g", mcpServers: { a: { httpUrl: "https://x" }, b: { url: "https://x" } } },
  });
  assert.deepEqual(
    gemini.plugin.mcpServers.map(({ transport }) => transport),
    ["http", "http"],
  );
});

test("language servers, monitors, styles, rules, tool files and programs", async () => {
  const { plugin, said } = await read(
    {
      "lsp.json": { ts: { command: "tsls", extensionToLanguage: { ".ts": "typescript" } }, bad: { command: "x" } },
      "monitors/monitors.json": [{ name: "log", command: "tail -f x" }, { name: "x" }],
      "output-styles/brief.md": text("description: Short.\nkeep-coding-instructions: true"),
      "rules/web/css.md": text("paths: [a.css, b.css]"),
      "rules/all.md": "Always.",
      "tools/t.js": "export {}",
      "tools/t.txt": "",
      "bin/x": "",
      "KEEL.md": "Be kind.",
    },
    ".keel",
  );
  assert.deepEqual(
    plugin.lspServers.map(({ name }) => name),
    ["ts"],
  );
  assert.deepEqual(
    plugin.monitors.map(({ name, when }) => [name, when]),
    [["log", "always"]],
  );
  assert.deepEqual(
    plugin.outputStyles.map(({ name, keepsCoding, forced }) => [name, keepsCoding, forced]),
    [["brief", true, false]],
  );
  assert.deepEqual(
    plugin.rules.map(({ name, paths }) => [name, paths]),
    [
      ["all", undefined],
      ["css", ["a.css", "b.css"]],
    ],
  );
  assert.deepEqual([plugin.toolFiles.length, plugin.programs.length, plugin.instructions.length], [1, 1, 1]);
  assert.deepEqual(said, ["error lsp_invalid lsp.json:8", "error monitor_invalid monitors/monitors.json:6"]);
});

test("links inside are followed once, links out and links round are one line each", async () => {
  await using home = await temporaryHome();
  const root = join(home.path, "p");
  await write(home.path, {
    "p/skills/a/SKILL.md": text("description: a"),
    "p/shared/b/SKILL.md": text("description: b"),
    "outside/SKILL.md": text("description: secret"),
  });
  await symlink("../shared/b", join(root, "skills/b"));
  await symlink("../shared/b", join(root, "skills/c"));
  await symlink("../../outside", join(root, "skills/out"));
  await symlink("/etc", join(root, "skills/etc"));
  await symlink("..", join(root, "skills/round"));
  await symlink("self", join(root, "skills/self"));
  await mkdir(join(root, "skills/d"));
  await symlink("../../../outside/SKILL.md", join(root, "skills/d/SKILL.md"));
  await mkdir(join(root, "skills/e"));
  await symlink("../a/SKILL.md", join(root, "skills/e/SKILL.md"));
  const { plugin, problems } = await readPlugin(root);
  assert.deepEqual(
    plugin?.skills.map(({ name, description }) => [name, description]),
    [
      ["a", "a"],
      ["b", "b"],
      ["e", "a"],
    ],
  );
  assert.deepEqual(problems.map(({ code, file }) => `${code} ${file.slice(root.length + 8)}`).toSorted(), [
    "link_broken self",
    "link_escapes d/SKILL.md",
    "link_escapes etc",
    "link_escapes out",
    "link_loop round",
  ]);
  const own = await readPlugin(root, { within: "anywhere" });
  assert.ok(
    own.plugin?.skills.some(({ description }) => description === "secret"),
    "the user's own links may go anywhere",
  );
});
