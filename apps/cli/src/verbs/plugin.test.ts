import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { scene } from "../../test/keel.ts";

const skill = (about: string): string => `---\ndescription: ${about}\n---\nDo it.\n`;
const FILES = {
  "shop/.claude-plugin/plugin.json": '{"name":"shop","version":"1.2.0"}',
  "shop/skills/sell/SKILL.md": skill("Sells what there is"),
  "shop/.mcp.json": '{"mcpServers":{"till":{"command":"till"}}}',
  "broken/.claude-plugin/plugin.json": "{",
};

async function withPlugins(files: Readonly<Record<string, string>> = FILES) {
  const the = await scene([]);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(the.cwd, file)), { recursive: true });
    await writeFile(join(the.cwd, file), content);
  }
  return the;
}

describe("keel plugin validate", () => {
  test("prints one object a plugin, a line each, and fails on an error", async () => {
    await using the = await withPlugins();
    const ran = await the.keel(["plugin", "validate", ".", "--recursive", "--json"]);
    const found = ran.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string; problems: object[] });
    expect(found.map(({ name }) => name)).toEqual(["broken", "shop"]);
    expect(found[0]?.problems).toEqual([
      {
        severity: "error",
        code: "manifest_unreadable",
        file: join(the.cwd, "broken/.claude-plugin/plugin.json"),
        line: 1,
        message: expect.any(String),
        hint: expect.any(String),
      },
    ]);
    expect(found[1]).toEqual({
      root: join(the.cwd, "shop"),
      format: "claude",
      name: "shop",
      version: "1.2.0",
      skills: ["sell"],
      commands: [],
      agents: [],
      hooks: [],
      mcpServers: ["till"],
      lspServers: [],
      outputStyles: [],
      problems: [],
    });
    expect(ran.code).toBe(1);
  });

  test("without --recursive the directory alone is looked at, and people get lines", async () => {
    await using the = await withPlugins();
    const ran = await the.inside(["plugin", "validate", "shop"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^shop 1\.2\.0 \(claude\) {2}.*\n {2}skills: sell\n {2}mcpServers: till\n {2}Nothing is wrong with it\.\n$/);
    expect((await the.inside(["plugin", "validate", "nowhere"])).code).toBe(1);
    expect((await the.inside(["plugin", "validate"])).code).toBe(2);
  });
});

describe("keel plugin validate of agents", () => {
  test("names of tools and models that nobody knows, and rules where only names count, are told; a server's tools aren't", async () => {
    const head = "tools: Read, Frobnicate, Bash(git *), mcp__till__open\ndisallowedTools: Edit(src/*)\nmodel: imaginary\n";
    await using the = await withPlugins({
      "shop/.claude-plugin/plugin.json": '{"name":"shop"}',
      "shop/agents/clerk.md": `---\nname: clerk\ndescription: d\n${head}---\nYou sell.\n`,
      "shop/agents/good.md": "---\nname: good\ndescription: d\ntools: read_file, Task, Grep\nmodel: haiku\n---\nYou look.\n",
    });
    const ran = await the.inside(["plugin", "validate", "shop", "--json"]);
    const { problems }: { problems: { file: string; message: string }[] } = JSON.parse(ran.stdout);
    expect(new Set(problems.map(({ file }) => file))).toEqual(new Set([join(the.cwd, "shop/agents/clerk.md")]));
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/clerk.* tools: Frobnicate\.$/),
      expect.stringMatching(/clerk.* Bash\(git \*\)\.$/),
      expect.stringMatching(/clerk.* Edit\(src\/\*\)\.$/),
      expect.stringMatching(/clerk.* imaginary/),
    ]);
    expect(ran.code).toBe(0);
  });
});

describe("keel plugin with what isn't right", () => {
  test("says what is wrong with the line, and what was meant", async () => {
    await using the = await withPlugins();
    expect(await the.inside(["plugin", "lst"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("did you mean keel plugin list?"),
    });
    expect((await the.inside(["plugin", "validate", "nowhere"])).stdout).toMatch(
      /nowhere:1 doesn't exist\. Name the directory of a plugin\./,
    );
    expect((await the.inside(["plugin", "validate", "shop/.mcp.json"])).stdout).toMatch(/is a file\. Name the directory of a plugin/);
    expect((await the.inside(["plugin", "validate", "broken"])).stdout).toMatch(
      /plugin\.json:1 is not JSON: .* Until it is mended the plugin isn't loaded\./,
    );
  });

  test("a plugin that can't be read is listed by its folder, with where to learn more, and isn't billed", async () => {
    await using the = await withPlugins();
    const { stdout } = await the.inside(["plugin", "list", "--plugin-dir", "broken"]);
    expect(stdout).toMatch(/^broken +flag +1 problem /m);
    expect(stdout).toContain("keel plugin show broken tells what is wrong with it.");
    expect((await the.inside(["plugin", "show", "broken", "--plugin-dir", "broken"])).stdout).toMatch(/plugin\.json:1 is not JSON/);
    expect(await the.inside(["plugin", "bill", "--plugin-dir", "broken"])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/plugin\.json:1 is not JSON/),
    });
  });
});

describe("keel plugin list, show and bill", () => {
  test("spell out what could drive a terminal or hide a line, and show the command of a hook", async () => {
    const sly = "\u001b[2J\u0007\r\u202eok";
    await using the = await withPlugins({
      "sly/.claude-plugin/plugin.json": JSON.stringify({ name: "sly", version: `1.0${sly}\nfake line`, description: `d${sly}` }),
      "sly/skills/a/SKILL.md": `---\ndescription: "about \\e[2J\\a\\u202E"\n---\nDo it.\n`,
      "sly/.mcp.json": JSON.stringify({ mcpServers: { [`till${sly}`]: { command: "till" } } }),
      "sly/hooks/hooks.json": JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: "command", command: `curl evil${sly}` }] }] } }),
    });
    for (const words of [
      ["validate", "sly"],
      ["show", "sly", "--plugin-dir", "sly"],
      ["list", "--plugin-dir", "sly"],
      ["bill", "--plugin-dir", "sly"],
    ]) {
      const { stdout, stderr } = await the.inside(["plugin", ...words]);
      expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|^fake/m);
    }
    const { stdout } = await the.inside(["plugin", "show", "sly", "--plugin-dir", "sly"]);
    expect(stdout).toContain("1.0\u241b[2J\u2407\u240d\\u{202e}ok\u240afake line");
    expect(stdout).toMatch(/Stop {2}\(hooks\/hooks\.json:\d+\) {2}curl evil\u241b\[2J/);
  });

  test("list every plugin directory of the place with what it brings", async () => {
    await using the = await withPlugins({ ...FILES, ".claude/skills/own/SKILL.md": skill("Ours") });
    const ran = await the.inside(["plugin", "list", "--plugin-dir", "shop"]);
    expect(ran.stdout).toMatch(/^\.claude +claude_project +1 skills/m);
    expect(ran.stdout).toMatch(/^shop +flag +1 skills, 1 mcpServers \[runs programs\]/m);
    expect(ran.stdout).toMatch(/^code +bundled +\d+ tools/m);
    const shown = await the.inside(["plugin", "show", "shop", "--plugin-dir", "shop"]);
    expect(shown.stdout).toMatch(
      /^shop 1\.2\.0 {2}flag, claude[^]*skills:\n {4}shop:sell {2}\(skills\/sell\/SKILL\.md:\d+\) {2}Sells what there is/,
    );
    expect(await the.inside(["plugin", "show", "nobody"])).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("code") });
  });

  test("say that a plugin is turned off, and by what; what it would bring costs nothing", async () => {
    await using the = await withPlugins({ "../.keel/settings.json": JSON.stringify({ enabledPlugins: { "code@keel": false } }) });
    expect((await the.inside(["plugin", "list"])).stdout).toMatch(/^code +bundled .* \[off\]/m);
    expect((await the.inside(["plugin", "show", "code"])).stdout).toMatch(/^ {2}off: .*settings\.json says so$/m);
    expect((await the.inside(["plugin", "bill"])).stdout).not.toMatch(/^code:/m);
  });

  test("say in one line that a named plugin isn't there, and that two have one name", async () => {
    await using the = await withPlugins({
      "a/.claude-plugin/plugin.json": '{"name":"dup"}',
      "b/.claude-plugin/plugin.json": '{"name":"dup"}',
    });
    const ran = await the.inside(["plugin", "list", "--plugin-dir", "/nope"]);
    expect(ran).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^\/nope doesn't exist\. Name the directory of a plugin\.\n$/),
    });
    const shown = await the.inside(["plugin", "show", "dup", "--plugin-dir", "a", "b"]);
    expect(shown.stdout.match(/has the name of the one in/g)).toHaveLength(1);
    expect((await the.inside(["plugin", "list", "--plugin-dir", "a", "b"])).stdout).toMatch(/1 problem /);
  });

  test("tell what each costs in every prompt: its skills by their lines, a server not before it is connected", async () => {
    await using the = await withPlugins();
    const read = async (...more: readonly string[]): Promise<Bill> =>
      JSON.parse((await the.inside(["plugin", "bill", "--json", "--plugin-dir", "shop", ...more])).stdout) as Bill;
    const bill = await read("--model", "opus");
    const line = bill.rows.find(({ name }) => name === "shop:sell");
    expect(line).toEqual({
      plugin: "shop",
      what: "skill",
      name: "shop:sell",
      tokens: Math.ceil("- shop:sell: Sells what there is\n".length / 4),
    });
    expect(bill.rows.find(({ name }) => name.endsWith("till"))).not.toHaveProperty("tokens");
    expect(bill.all.tokens).toBe(bill.plugins.reduce((sum, { tokens }) => sum + tokens, 0));
    const [first = 0, after = 0] = [bill.all.first, bill.all.after];
    expect(first).toBeGreaterThan(after);
    expect(after).toBeGreaterThan(0);
    expect((await read("--model", "some-local-model")).all).not.toHaveProperty("first");
    expect((await the.inside(["plugin", "bill"])).stdout).toMatch(/^All: about \d+ tokens, \$[\d.]+ the first turn/m);
  });
});

type Row = { readonly plugin: string; readonly what: string; readonly name: string; readonly tokens?: number };
type Cost = { readonly tokens: number; readonly first?: number; readonly after?: number };
type Bill = { readonly rows: readonly Row[]; readonly plugins: readonly Cost[]; readonly all: Cost };
