import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { read, text, write } from "../../test/sample.ts";
import { readPlugin } from "../plugin.ts";

const CLAUDE = ".claude-plugin/plugin.json";

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
