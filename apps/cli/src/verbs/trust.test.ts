import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { oneLine, scene } from "../../test/keel.ts";

async function withFolder(files: Readonly<Record<string, string>>) {
  const the = await scene([{ blocks: [{ text: "Hello." }] }]);
  const put = async (file: string, content: string): Promise<void> => {
    await mkdir(dirname(join(the.cwd, file)), { recursive: true });
    await writeFile(join(the.cwd, file), content);
  };
  for (const [file, content] of Object.entries(files)) await put(file, content);
  type Listed = {
    readonly trusted: readonly { readonly kind: string }[];
    readonly folder: { readonly trusted: boolean; readonly unmet: readonly string[] };
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
    expect((await the.listed()).folder.unmet).toEqual([join(the.cwd, ".keel")]);
    await the.inside(["trust", "give", ".keel"]);
    expect(await the.listed()).toMatchObject({
      trusted: [{ kind: "plugin", name: join(the.cwd, ".keel") }],
      folder: { trusted: false, unmet: [] },
    });
    await the.put(".keel/hooks/hooks.json", HOOK.replace("true", "false"));
    expect((await the.listed()).folder.unmet).toEqual([join(the.cwd, ".keel")]);
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

  test("a folder that brings nothing isn't spoken of", async () => {
    await using the = await withFolder({ "AGENTS.md": "Be kind.", ".claude/settings.json": '{"permissions":{"deny":["Bash(rm *)"]}}' });
    expect((await the.inside(["-p", "hi", "--model", "m"])).stderr).toBe("");
  });
});
