import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { inside, oneLine, scene } from "../../test/keel.ts";

async function withFolder(files: Readonly<Record<string, string>>) {
  const the = await scene([{ blocks: [{ text: "Hello." }] }]);
  const put = async (file: string, content: string): Promise<void> => {
    await mkdir(dirname(join(the.cwd, file)), { recursive: true });
    await writeFile(join(the.cwd, file), content);
  };
  for (const [file, content] of Object.entries(files)) await put(file, content);
  type Listed = {
    readonly trusted: readonly { readonly kind: string }[];
    readonly folder: { readonly trusted: boolean; readonly unmet: readonly object[] };
  };
  const listed = async (): Promise<Listed> => JSON.parse((await the.inside(["trust", "list", "--json"])).stdout) as Listed;
  return { ...the, put, listed };
}
const HOOK = '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"true"}]}]}}';

describe("keel trust", () => {
  test("lists what is trusted and what this folder brings, gives and takes back", async () => {
    await using the = await withFolder({
      ".claude/settings.json": '{"env":{"A":"1"}}',
      ".mcp.json": '{"mcpServers":{"db":{"command":"db"}}}',
    });
    const before = await the.keel(["trust"]);
    expect(before).toMatchObject({ code: 0, stderr: "" });
    expect(before.stdout).toMatch(
      /^Nothing is trusted yet\.\n[^]*isn't trusted: keel trust give[^]*settings: env {2}\(\.claude\/settings\.json\)\n[^]*MCP server db: db/,
    );
    expect(await the.inside(["trust", "give"])).toMatchObject({ code: 0, stderr: "" });
    expect(await the.listed()).toMatchObject({ trusted: [{ kind: "folder", subject: the.cwd }], folder: { trusted: true } });
    expect((await the.inside(["trust", "revoke", the.cwd])).code).toBe(0);
    expect(await the.listed()).toMatchObject({ trusted: [], folder: { trusted: false } });
    expect(await the.inside(["trust", "revoke", the.cwd])).toMatchObject({ code: 1, stdout: "" });
  });

  test("knows a plugin directory by its content: a change asks for another word", async () => {
    await using the = await withFolder({ ".keel/hooks/hooks.json": HOOK });
    const unmet = (changed: boolean) => expect.objectContaining({ kind: "plugin", root: join(the.cwd, ".keel"), changed });
    expect((await the.listed()).folder.unmet).toEqual([unmet(false)]);
    expect(await the.inside(["trust", "give", ".keel"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^Trusted: the programs of .*\.keel, as it is now \([0-9a-f]{12}\)[^]*runs {2}hook Stop: true {2}\(hooks/,
      ),
    });
    expect(await the.listed()).toMatchObject({
      trusted: [{ kind: "plugin", name: join(the.cwd, ".keel") }],
      folder: { trusted: false, unmet: [] },
    });
    await the.put(".keel/hooks/hooks.json", HOOK.replace("true", "false"));
    expect((await the.listed()).folder.unmet).toEqual([unmet(true)]);
  });

  test("keeps the three apart: programs, tools in its own process and the folder are each given by themselves", async () => {
    await using the = await withFolder({ ".keel/hooks/hooks.json": HOOK, ".keel/tools/count.js": "export default () => 1;" });
    const kinds = async () => (await the.listed()).trusted.map(({ kind }) => kind);
    const left = async () => (await the.listed()).folder.unmet.map((one) => (one as { readonly kind: string }).kind);
    expect(await left()).toEqual(["plugin", "code"]);
    const given = await the.inside(["trust", "give", ".keel", "--as", "code", "--json"]);
    expect(JSON.parse(given.stdout)).toMatchObject({
      given: { kind: "code", name: join(the.cwd, ".keel"), subject: expect.stringMatching(/^[0-9a-f]{64}$/) },
      brings: [{ what: "tool count.js in keel's own process", file: join(the.cwd, ".keel/tools/count.js") }],
    });
    expect([await kinds(), await left()]).toEqual([["code"], ["plugin"]]);
    expect((await the.inside(["trust", "give", "--as", "folder", "--json"])).code).toBe(0);
    expect([(await kinds()).toSorted(), await left()]).toEqual([["code", "folder"], ["plugin"]]);
    const revoked = await the.inside(["trust", "revoke", join(the.cwd, ".keel"), "--json"]);
    expect(JSON.parse(revoked.stdout)).toMatchObject({ revoked: [{ kind: "code" }] });
    expect(await kinds()).toEqual(["folder"]);
  });

  test("knows of hooks in the head of a skill", async () => {
    await using the = await withFolder({
      ".claude/skills/watch/SKILL.md":
        "---\ndescription: d\nhooks:\n  Stop:\n    - hooks:\n        - type: command\n          command: ./said.sh\n---\nWatch.\n",
    });
    expect((await the.listed()).folder.unmet).toMatchObject([{ kind: "plugin", root: join(the.cwd, ".claude") }]);
    expect(await the.inside(["trust", "give", ".claude"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("runs  hook Stop: ./said.sh (of watch)  (skills/watch/SKILL.md)"),
    });
    expect((await the.listed()).folder.unmet).toEqual([]);
  });

  test("gives no trust where there is nothing to agree to", async () => {
    await using the = await withFolder({ "plain/.claude-plugin/plugin.json": '{"name":"plain"}' });
    expect(await the.inside(["trust", "give", "plain"])).toMatchObject({ code: 1, stderr: expect.stringMatching(/brings no hooks/) });
    expect(await the.inside(["trust", "give", "plain", "--as", "code"])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no tools/),
    });
    expect((await the.inside(["trust", "give", "plain", "--as", "all"])).code).toBe(2);
  });

  test("shows a command byte for byte on one line", async () => {
    const sly = JSON.stringify({
      hooks: { Stop: [{ hooks: [{ type: "command", command: "true\r\n\u001b[1A\u00a0\u202e# \u200bfine" }] }] },
    });
    await using the = await withFolder({ ".keel/hooks/hooks.json": sly });
    const { stdout } = await the.inside(["trust", "give", ".keel"]);
    expect(stdout).toContain("hook Stop: true\u240d\u240a\u241b[1A\\u{a0}\\u{202e}# \\u{200b}fine  (");
  });

  test("asks for the programs of a plugin in ~/.keel/plugins by its own state, whatever folder one is in", async () => {
    await using the = await withFolder({});
    const root = join(the.home, ".keel/plugins/shop");
    await mkdir(join(root, "hooks"), { recursive: true });
    await mkdir(join(root, ".git"), { recursive: true });
    await writeFile(join(root, "hooks/hooks.json"), HOOK);
    expect((await the.inside(["plugin", "list"])).stdout).toMatch(/^shop +plugin +1 hooks \[runs programs\]/m);
    expect((await the.inside(["trust", "list"])).stdout).toContain(`doesn't run yet: keel trust give ${root}`);
    expect((await the.inside(["-p", "hi", "--model", "m"])).stderr).toMatch(/^warning: [^\n]*Its 1 hooks don't run: [^\n]*\n$/);
    expect(await the.inside(["trust", "give", root])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Trusted: the programs of/),
    });
    expect((await the.inside(["trust", "list"])).stdout).not.toContain("doesn't run yet");
  });

  test("of a plugin directory never trusts the repository around it, whatever the directory holds", async () => {
    await using the = await withFolder({
      ".git/HEAD": "ref: refs/heads/main",
      ".claude/settings.json": `{"permissions":{"allow":["Bash(*)"]},${HOOK.slice(1)}`,
      ".keel/plugins/nice/skills/s/SKILL.md": "---\ndescription: d\n---\nDo it.\n",
      ".keel/plugins/broken/.claude-plugin/plugin.json": "{oops",
      "hk/hooks/hooks.json": HOOK,
      "sub/deep/note.txt": "",
    });
    const given = async (...words: readonly string[]) => await the.inside(["trust", "give", ...words]);
    expect(await given(".keel/plugins/nice")).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("brings no hooks") });
    expect(await given(".keel/plugins/broken")).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("plugin.json:1") });
    for (const inner of ["hk/hooks", "sub/deep"])
      expect(await given(inner)).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(`keel trust give ${the.cwd}`) });
    expect(await given("sub/deep", "--as", "folder")).toMatchObject({ code: 1, stdout: "" });
    expect((await the.listed()).trusted).toEqual([]);
    expect(await given("hk")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Trusted: the programs of .*hk, as it is now/) });
    expect((await the.listed()).trusted).toMatchObject([{ kind: "plugin" }]);
    expect(await given(the.cwd)).toMatchObject({ code: 0, stdout: expect.stringContaining("settings: permissions.allow, hooks") });
  });

  test("shows what all of the repository brings, wherever in it one stands", async () => {
    await using the = await withFolder({
      ".git/HEAD": "ref: refs/heads/main",
      ".claude/settings.json": `{"permissions":{"allow":["Bash(*)"]},${HOOK.slice(1)}`,
      "sub/deep/note.txt": "",
      "other/.claude/settings.json": HOOK,
    });
    const { code, stdout } = await inside(["trust", "give"], { home: the.home, cwd: join(the.cwd, "sub/deep") });
    expect(code).toBe(0);
    expect(stdout).toContain("settings: permissions.allow, hooks  (.claude/settings.json)");
    expect(stdout).toContain("hook Stop: true  (.claude/settings.json)");
    expect(stdout).toContain("(other/.claude/settings.json)");
  });

  test("is taken back by path, by name and by the beginning of a hash", async () => {
    await using the = await withFolder({ ".git/HEAD": "ref: refs/heads/main", "tools/shop/hooks/hooks.json": HOOK });
    for (const named of [join(the.cwd, "tools/shop"), "tools/shop", "shop", (hash: string) => hash.slice(0, 12)]) {
      const given = JSON.parse((await the.inside(["trust", "give", "tools/shop", "--json"])).stdout) as { given: { subject: string } };
      const word = typeof named === "string" ? named : named(given.given.subject);
      expect(await the.inside(["trust", "revoke", word])).toMatchObject({ code: 0, stdout: expect.stringContaining("Taken back: plugin") });
      expect((await the.listed()).trusted).toEqual([]);
    }
  });

  test("sweeps copies that nobody wants", async () => {
    await using the = await withFolder({ ".keel/hooks/hooks.json": HOOK });
    await the.inside(["trust", "give", ".keel"]);
    expect(JSON.parse((await the.inside(["trust", "sweep", "--json"])).stdout)).toEqual({ removed: [], left: 1 });
  });

  test("isn't kept for the home directory, nor for what is no folder", async () => {
    await using the = await withFolder({});
    expect(await the.inside(["trust", "give", the.home])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("--trust"),
    });
    expect(await the.inside(["trust", "give", "note.txt"])).toMatchObject({ code: 2, stdout: "" });
    expect((await the.inside(["trust", "nonsense"])).code).toBe(2);
  });
});

describe("without a terminal", () => {
  test("a folder that isn't trusted and brings something is said in one line, until it is trusted", async () => {
    await using the = await withFolder({
      ".claude/settings.json": '{"permissions":{"allow":["Bash(make *)"]}}',
      ".keel/skills/a/SKILL.md": "Do it.",
    });
    const ran = await the.keel(["-p", "hi", "--model", "m"]);
    expect(ran).toMatchObject({ code: 0, stdout: "Hello.\n" });
    expect(oneLine(ran.stderr)).toBe(true);
    expect(ran.stderr).toMatch(/isn't trusted[^\n]*\.claude\/settings\.json, \.keel\..*--trust/);
    expect((await the.inside(["-p", "hi", "--model", "m", "--trust"])).stderr).not.toContain("isn't trusted");
  });

  test("instructions that aren't read are said in one line, nested ones and those of other repositories apart", async () => {
    await using the = await withFolder({
      "AGENTS.md": "Be kind.",
      "sub/deep/CLAUDE.md": "Be deep.",
      "other/.git/HEAD": "ref: refs/heads/main",
      "other/CLAUDE.md": "Be other.",
    });
    const ran = await the.keel(["-p", "hi", "--model", "m"]);
    expect(ran).toMatchObject({ code: 0, stdout: "Hello.\n" });
    expect(oneLine(ran.stderr)).toBe(true);
    expect(ran.stderr).toMatch(/isn't trusted[^\n]*: AGENTS\.md, sub\/deep\/CLAUDE\.md\. [^\n]*--trust/);
    const { stdout } = await the.inside(["trust", "list"]);
    expect(stdout).toContain("instructions  (AGENTS.md)");
    expect(stdout).toContain("instructions for files there  (sub/deep/CLAUDE.md)");
    expect((await the.inside(["-p", "hi", "--model", "m", "--trust"])).stderr).not.toContain("isn't trusted");
  });

  test("a folder that brings nothing isn't spoken of", async () => {
    await using the = await withFolder({ ".claude/settings.json": '{"permissions":{"deny":["Bash(rm *)"]}}' });
    expect((await the.inside(["-p", "hi", "--model", "m"])).stderr).toBe("");
  });
});
