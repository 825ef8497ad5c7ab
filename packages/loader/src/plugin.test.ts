import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Json, PluginParts, PluginRead } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { FORMATS } from "./format.ts";
import { readPlugin } from "./plugin.ts";

const CLAUDE = ".claude-plugin/plugin.json";
const AGENT_PLUGINS_SCHEMA = "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json";

async function write(root: string, files: Readonly<Record<string, Json | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content, undefined, 2));
  }
}

/** Reads a directory called `sample` that holds these files. */
async function read(files: Readonly<Record<string, Json | Uint8Array>>): Promise<PluginRead> {
  await using home = await temporaryHome();
  const root = join(home.path, "sample");
  await mkdir(root);
  await write(root, files);
  return await readPlugin(root); // before the home is removed
}

const NO_PARTS: PluginParts = {
  skills: [],
  commands: [],
  agents: [],
  outputStyles: [],
  rules: [],
  instructions: [],
  hooks: [],
  mcpServers: [],
  lspServers: [],
  monitors: [],
  toolFiles: [],
  programs: [],
};

const ours = (own: Json): Json => ({ name: "p", extensions: { "dev.keelson": own } });
const texts = ({ problems }: PluginRead): string =>
  problems.map(({ severity, line, text }) => `${severity} ${line ?? "-"} ${text}`).join("\n");

test("the bundled coding plugin reads without a problem", async () => {
  const { plugin, problems } = await readPlugin(fileURLToPath(new URL("../../../plugins/code", import.meta.url)));
  assert.deepEqual(problems, []);
  assert.equal(plugin?.name, "code");
  for (const tool of ["Bash", "Edit", "Glob", "Grep", "Read", "Write"]) assert.ok(plugin.tools.includes(tool));
  const bytes = Buffer.byteLength(plugin.system ?? "");
  assert.ok(bytes > 4000 && bytes < 6500, `the prompt has ${bytes} bytes`);
});

test("formats are tried in the order of the list, and the last one always fits", () => {
  assert.deepEqual(
    FORMATS.map(({ name }) => name),
    [
      ...["claude", "codex", "cursor", "agent-plugins", "copilot", "copilot", "gemini", "neutral", "qwen"],
      ...["keel-folder", "claude-folder", "agents-folder", "codex-folder", "gemini-folder", "project", "ancestor", "skills", "folder"],
    ],
  );
  assert.equal(FORMATS.at(-1)?.manifest, undefined);
});

test("a manifest says name, version, description and tools; fields that nobody knows stay in it", async () => {
  const manifest = {
    name: "git-flow",
    version: "1.2.0",
    description: "Branches.",
    author: "Someone",
    category: "git",
    extensions: { "dev.keelson": { tools: ["Read", "Bash", "Read"] }, "com.other": { deep: [1] } },
  };
  const { plugin, problems } = await read({ [CLAUDE]: manifest });
  assert.deepEqual(problems, []);
  assert.deepEqual(plugin, {
    name: "git-flow",
    root: plugin?.root,
    format: "claude",
    version: "1.2.0",
    description: "Branches.",
    tools: ["Read", "Bash"],
    manifest,
    ...NO_PARTS,
  });
});

test("without a manifest the folder is the plugin and gives it its name", async () => {
  const { plugin, problems } = await read({ "skills/a/SKILL.md": "---\ndescription: A.\n---\nhello", "system.md": "Be brief." });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [plugin?.name, plugin?.format, plugin?.system, plugin?.tools, plugin?.manifest],
    ["sample", "folder", "Be brief.", [], {}],
  );
});

test("the Claude manifest comes before the Agent Plugins one, and a broken first one isn't rescued by the second", async () => {
  const second = { "plugin.json": { $schema: AGENT_PLUGINS_SCHEMA, name: "second" } };
  assert.equal((await read({ [CLAUDE]: { name: "first" }, ...second })).plugin?.name, "first");
  assert.equal((await read({ [CLAUDE]: "{", ...second })).plugin, undefined);
  const { plugin, problems } = await read(second);
  assert.deepEqual([plugin?.name, plugin?.format, problems], ["second", "agent-plugins", []]);
});

test("Agent Plugins is a closed format: an unknown field is reported, any other violation refuses the plugin", async () => {
  const good = { $schema: AGENT_PLUGINS_SCHEMA, name: "a.b-c" };
  const unknown = await read({ "plugin.json": { ...good, descripton: "x" } });
  assert.ok(unknown.plugin);
  assert.match(texts(unknown), /^warning 4 "descripton" isn't a field .* did you mean "description"\?$/);
  for (const bad of [
    { ...good, $schema: "https://agent-plugins.org/schemas/2.0.0/plugin.schema.json" },
    { ...good, name: "a--b" },
    { ...good, name: "Big" },
    { ...good, author: { name: "x", phone: "1" } },
    { ...good, keywords: "one" },
    { $schema: AGENT_PLUGINS_SCHEMA },
  ]) {
    const { plugin, problems } = await read({ "plugin.json": bad });
    assert.equal(plugin, undefined, JSON.stringify(bad));
    assert.equal(problems[0]?.severity, "error");
  }
  const bare = await read({ "plugin.json": { name: "bare" } });
  assert.deepEqual([bare.plugin?.name, bare.plugin?.format, bare.problems], ["bare", "copilot", []]);
});

test("a known field of the wrong type refuses the plugin and says where; an advisory one is only left out", async () => {
  const refused = await read({ [CLAUDE]: { name: "p", keywords: "one" } });
  assert.equal(refused.plugin, undefined);
  assert.equal(texts(refused), 'error 3 "keywords" must be a list of strings. The plugin isn\'t loaded; correct its manifest.');
  const kept = await read({ [CLAUDE]: { name: "p", metadata: 3, dependencies: { a: "^1" } } });
  assert.equal(kept.plugin?.name, "p");
  assert.deepEqual(
    kept.problems.map(({ severity }) => severity),
    ["warning", "warning"],
  );
});

test("a name that could be a path, a namespace or a terminal command is refused; none means the folder's", async () => {
  for (const name of ["../up", "a/b", "a:b", "a@b", "", ".hidden", "\u001b[2J", "x".repeat(65), 5])
    assert.equal((await read({ [CLAUDE]: { name } })).plugin, undefined, String(name));
  const nameless = await read({ [CLAUDE]: { version: "1.0.0" } });
  assert.equal(nameless.plugin?.name, "sample");
  assert.match(texts(nameless), /^warning - "name" is missing/);
});

test("broken JSON is one line with line and column", async () => {
  for (const [content, where] of [
    ['{\n  "name": "a"\n  "version": "1"\n}', /line 3, column 3/],
    ['{\r\n  "name": "a",\r\n}', /line 3, column 1/],
    ["{ // a comment\n}", /line 1, column 3/],
    ["", /line 1, column 1/],
    ['{"name": "a', /line 1, column 10/],
  ] as const) {
    const { plugin, problems } = await read({ [CLAUDE]: content });
    assert.equal(plugin, undefined);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.text ?? "", where);
    assert.doesNotMatch(problems[0]?.text ?? "", /\n/);
  }
});

test("strange content is a problem, never an exception", async () => {
  const deep = "[".repeat(400_000);
  for (const [content, why] of [
    ["[]", /holds no JSON object/],
    ["null", /holds no JSON object/],
    ["\0\0\0\0", /is not JSON/],
    [Uint8Array.of(0xff, 0xfe, 0x7b, 0x00), /is not UTF-8/],
    [" ".repeat(2 * 1024 * 1024), /bytes; at most 1048576/],
    [deep, /nested more than 100 levels|is not JSON/],
    [`{"name":"p","x":${"[".repeat(101)}${"]".repeat(101)}}`, /nested more than 100 levels/],
  ] as const) {
    const { plugin, problems } = await read({ [CLAUDE]: content });
    assert.equal(plugin, undefined);
    assert.match(problems[0]?.text ?? "", why);
  }
});

test("a byte order mark and CRLF are read; a key that stands twice is reported; __proto__ is only a key", async () => {
  const { plugin, problems } = await read({
    [CLAUDE]: '\ufeff{\r\n"name": "a",\r\n"name": "b",\r\n"__proto__": {"version": "9"}\r\n}\r\n',
    "system.md": "\ufeffone\r\ntwo\r\n",
  });
  assert.deepEqual([plugin?.name, plugin?.version, plugin?.system], ["b", undefined, "one\ntwo\n"]);
  assert.deepEqual(
    problems.map(({ line, text }) => [line, text]),
    [[3, '"name" stands twice; only the last one counts. Remove one.']],
  );
});

test("what is ours is read strictly: a key with a typo is named with the one that was meant", async () => {
  const typo = await read({ [CLAUDE]: ours({ tool: ["Read"] }) });
  assert.equal(texts(typo), 'warning 5 "tool" isn\'t a key of dev.keelson: did you mean "tools"?');
  const item = await read({ [CLAUDE]: ours({ tools: ["Read", 7, "../x"] }) });
  assert.deepEqual(item.plugin?.tools, ["Read"]);
  assert.deepEqual(
    item.problems.map(({ line }) => line),
    [7, 8],
  );
  for (const wrong of [{ tools: "Read" }, { system: 3 }, { system: " " }, "x", null, []]) {
    const { plugin, problems } = await read({ [CLAUDE]: ours(wrong) });
    assert.deepEqual([plugin?.name, plugin?.tools, problems.length, problems[0]?.severity], ["p", [], 1, "error"], JSON.stringify(wrong));
  }
});

test("the system prompt is the named file, else system.md by place, else none", async () => {
  const files = { "prompts/a.md": "named", "system.md": "by place" };
  assert.equal((await read({ [CLAUDE]: ours({ system: "./prompts/a.md" }), ...files })).plugin?.system, "named");
  assert.equal((await read({ [CLAUDE]: ours({ system: "prompts/a.md" }), ...files })).plugin?.system, "named");
  assert.equal((await read({ [CLAUDE]: ours({}), ...files })).plugin?.system, "by place");
  assert.equal((await read({ [CLAUDE]: ours({}), "system.md": " \n" })).plugin?.system, undefined);
  const none = await read({ [CLAUDE]: ours({}) });
  assert.deepEqual([none.plugin?.system, none.problems], [undefined, []]);
  const lost = await read({ [CLAUDE]: ours({ system: "gone.md" }) });
  assert.equal(lost.plugin?.name, "p");
  assert.match(texts(lost), /^error - The system prompt "gone\.md" doesn't exist/);
});

test("a path or a link that leaves the plugin is a problem and is not read", async () => {
  await using home = await temporaryHome();
  await write(home.path, { "secret.md": "secret", "outside/plugin.json": { name: "outside" } });
  const root = join(home.path, "sample");
  for (const system of ["../secret.md", "a/../../secret.md", join(home.path, "secret.md"), "..\\secret.md"]) {
    await write(root, { [CLAUDE]: ours({ system }) });
    const { plugin, problems } = await readPlugin(root);
    assert.equal(plugin?.system, undefined);
    assert.match(problems[0]?.text ?? "", /leaves the plugin's directory/);
  }
  await symlink(join(home.path, "secret.md"), join(root, "linked.md"));
  await symlink("linked.md", join(root, "system.md"));
  for (const own of [{ system: "linked.md" }, {}]) {
    await write(root, { [CLAUDE]: ours(own) });
    const { plugin, problems } = await readPlugin(root);
    assert.equal(plugin?.system, undefined);
    assert.match(problems[0]?.text ?? "", /leaves the plugin's directory/);
  }
  const borrowed = join(home.path, "borrowed");
  await mkdir(borrowed);
  await symlink(join(home.path, "outside"), join(borrowed, ".claude-plugin"));
  assert.equal((await readPlugin(borrowed)).plugin, undefined);
});

test("a link inside the plugin, and a link to the plugin, are followed", async () => {
  await using home = await temporaryHome();
  const root = join(home.path, "real");
  await write(root, { [CLAUDE]: ours({}), "prompts/a.md": "inside" });
  await symlink("prompts/a.md", join(root, "system.md"));
  await symlink(root, join(home.path, "link"));
  const { plugin, problems } = await readPlugin(join(home.path, "link"));
  assert.deepEqual([plugin?.system, problems], ["inside", []]);
});

test("a manifest that is a link into the repository it stands in is read there, and nowhere else", async () => {
  await using home = await temporaryHome();
  const root = join(home.path, "repo", ".other");
  await write(join(home.path, "repo"), { "plugin.json": { name: "shared" }, "skills/s/SKILL.md": "---\ndescription: d\n---\n" });
  await mkdir(root);
  await symlink("../plugin.json", join(root, "plugin.json"));
  await symlink("../skills", join(root, "skills"));
  const { plugin, problems } = await readPlugin(root, { within: join(home.path, "repo") });
  assert.deepEqual([plugin?.name, plugin?.skills.map(({ name }) => name), problems], ["shared", ["s"], []]);
  assert.equal((await readPlugin(root)).plugin, undefined);
});

test("link loops, links to nothing and directories in the place of a file are told apart", async () => {
  await using home = await temporaryHome();
  await symlink("system.md", join(home.path, "system.md"));
  assert.match(texts(await readPlugin(home.path)), /^error - .* leads back to itself/);
  await using other = await temporaryHome();
  await symlink("nothing", join(other.path, "plugin.json"));
  assert.match(texts(await readPlugin(other.path)), /^error - is a link to a file that doesn't exist/);
  await using third = await temporaryHome();
  await mkdir(join(third.path, "plugin.json"));
  assert.match(texts(await readPlugin(third.path)), /^error - is a directory/);
});

test("a root that is missing or a file is a problem", async () => {
  await using home = await temporaryHome();
  await write(home.path, { file: "x" });
  for (const root of ["nowhere", "file", "file/below"]) {
    const { plugin, problems } = await readPlugin(join(home.path, root));
    assert.deepEqual([plugin, problems.length, problems[0]?.severity], [undefined, 1, "error"]);
  }
});
