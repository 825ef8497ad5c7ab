import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { readPlugin } from "../plugin.ts";

async function place(root: string, path: string, content: string): Promise<void> {
  await mkdir(join(root, path, ".."), { recursive: true });
  await writeFile(join(root, path), content);
}

test("pipes, devices, huge files and code in heads are contained, one line each", async () => {
  await using home = await temporaryHome();
  const root = home.path;
  for (const folder of ["pipe", "zero", "huge", "folder", "wide"]) await mkdir(join(root, "skills", folder), { recursive: true });
  execFileSync("/usr/bin/env", ["mkfifo", join(root, "skills/pipe/SKILL.md")]);
  execFileSync("/usr/bin/env", ["mkfifo", join(root, ".mcp.json")]);
  await symlink("/dev/zero", join(root, "skills/zero/SKILL.md"));
  await place(root, "skills/huge/SKILL.md", "---\nname: huge\n---\n");
  await truncate(join(root, "skills/huge/SKILL.md"), 3 * 1024 ** 3);
  await mkdir(join(root, "skills/folder/SKILL.md"));
  await place(root, "skills/code/SKILL.md", "---js\nprocess.exit(3)\n---\nIt is about code.");
  await place(root, "skills/bytes/SKILL.md", "");
  await writeFile(
    join(root, "skills/bytes/SKILL.md"),
    Uint8Array.from([0x2d, 0x2d, 0x2d, 10, 0x61, 0x3a, 0x20, 0xff, 0xfe, 10, 0x2d, 0x2d, 0x2d, 10, 0x62]),
  );
  await place(root, "skills/long/SKILL.md", `---\nname: ${"x".repeat(300_000)}\n`);
  await place(root, "skills/esc/SKILL.md", '---\nname: "\\u001b[2J"\ndescription: fine\n---\n');
  await writeFile(join(root, "skills/wide/SKILL.md"), Buffer.from("\ufeff---\nname: wide\ndescription: in two bytes\n---\n", "utf16le"));
  await place(root, "skills/good/SKILL.md", "---\ndescription: good\n---\n");
  const { plugin, problems } = await readPlugin(root);
  const skills = new Map(plugin?.skills.map((skill) => [skill.name, skill.description]));
  assert.deepEqual(
    [skills.get("good"), skills.get("code"), skills.get("wide"), skills.get("esc")],
    ["good", "It is about code.", "in two bytes", "fine"],
  );
  const codes = problems.map(({ code, file, line, hint }) => {
    assert.ok(line !== undefined && hint, file);
    return `${code} ${file.slice(root.length + 1)}`;
  });
  for (const expected of [
    "not_a_file .mcp.json",
    "not_a_file skills/pipe/SKILL.md",
    "link_escapes skills/zero/SKILL.md",
    "too_large skills/huge/SKILL.md",
    "head_is_code skills/code/SKILL.md",
    "not_utf8 skills/bytes/SKILL.md",
    "head_unclosed skills/long/SKILL.md",
  ])
    assert.equal(codes.filter((code) => code === expected).length, 1, `${expected} in ${codes.join(", ")}`);
});

test("a path of folders that never ends is read to its bound", async () => {
  await using home = await temporaryHome();
  await place(home.path, `commands/${"d/".repeat(200)}x.md`, "deep");
  await place(home.path, `skills/${"d/".repeat(200)}SKILL.md`, "deep");
  await place(home.path, "commands/top.md", "top");
  const { plugin } = await readPlugin(home.path);
  assert.deepEqual([plugin?.commands.map(({ name }) => name), plugin?.skills], [["top"], []]);
});

test("what nobody can list or read is one line", async () => {
  await using home = await temporaryHome();
  await place(home.path, "agents/a.md", "---\ndescription: a\n---\n");
  await mkdir(join(home.path, "agents/b.md"));
  const { plugin, problems } = await readPlugin(home.path);
  assert.deepEqual([plugin?.agents.map(({ name }) => name), problems], [["a"], []]);
});
