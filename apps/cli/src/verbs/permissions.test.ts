import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inspectPermissions } from "@keelson/harness";
import { describe, expect, test } from "vitest";
import { inside, oneLine, scene } from "../../test/keel.ts";
import { sitDown } from "../../test/person.ts";

const CORPUS = join(import.meta.dirname, "../../../../../shared/corpus/permissions.jsonl");
const LOUD = `NOT MEASURED: there is no permission corpus at ${CORPUS}`;
if (!existsSync(CORPUS)) console.warn(LOUD);

type Explained = {
  readonly verdict: string;
  readonly stage: string;
  readonly stages: readonly { readonly stage: string; readonly heard: boolean; readonly verdict: string | null; readonly rule?: string }[];
  readonly effects: readonly string[];
  readonly [key: string]: unknown;
};
const MINE = `{
  "permissions": {
    "deny": ["Bash(git push *)"],
    "ask": ["Bash(npm publish *)"],
    "allow": ["Bash(npm *)"],
    "disableAutoMode": "disable"
  }
}`;

async function withRules() {
  const the = await scene([]);
  await write(join(the.home, ".keel", "settings.json"), MINE);
  return {
    ...the,
    explain: async (command: string, ...more: readonly string[]): Promise<Explained> => {
      const input = JSON.stringify({ command });
      const ran = await the.inside(["permissions", "explain", "--tool", "Bash", "--input", input, "--json", ...more]);
      expect(ran.code).toBe(0);
      return JSON.parse(ran.stdout) as Explained;
    },
  };
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

describe("keel permissions explain", () => {
  test("has all seven stages, the rule with its file and line, and the effects; nothing runs", async () => {
    await using the = await withRules();
    const said = await the.explain("touch made && git push origin main");
    expect(said.stages.map(({ stage }) => stage)).toEqual(["validate", "deny", "allow", "own_check", "hooks", "classifier", "user"]);
    expect(said).toMatchObject({
      verdict: "deny",
      stage: "deny",
      rule: "Bash(git push *)",
      file: join(the.home, ".keel", "settings.json"),
      line: 3,
      boundBy: "block",
    });
    expect(said.effects).toEqual(expect.arrayContaining(["run touch made", "run git push origin main"]));
    expect(existsSync(join(the.cwd, "made"))).toBe(false);
  });

  test("judges by the mode and the settings of the command line, which stand above the files", async () => {
    await using the = await withRules();
    expect(await the.explain("npm publish x")).toMatchObject({ verdict: "ask", stage: "allow", line: 4 });
    expect(await the.explain("npm publish x", "--mode", "dontAsk")).toMatchObject({ verdict: "deny" });
    expect(await the.explain("npm ci")).toMatchObject({ verdict: "allow", rule: "Bash(npm *)" });
    const file = join(the.cwd, "strict.json");
    await writeFile(file, '{"permissions":{"deny":["Bash(npm *)"]}}');
    expect(await the.explain("npm ci", "--settings", file)).toMatchObject({ verdict: "deny", file, line: 1, source: "flag" });
    expect(await the.explain("make")).toMatchObject({ verdict: "ask", stage: "user", wouldAllow: ["Bash(make)"] });
  });

  test("takes nothing from a folder that isn't trusted but its restrictions", async () => {
    await using the = await withRules();
    await write(join(the.cwd, ".claude", "settings.json"), '{"permissions":{"allow":["Bash(make *)"],"deny":["Bash(npm ci)"]}}');
    expect(await the.explain("make all")).toMatchObject({ verdict: "ask" });
    expect(await the.explain("npm ci")).toMatchObject({ verdict: "deny", source: "claude_project" });
    await the.inside(["trust", "give"]);
    expect(await the.explain("make all")).toMatchObject({ verdict: "allow", source: "claude_project" });
  });

  test("says by what it knows the effects, and what the tool itself would refuse", async () => {
    await using the = await withRules();
    const of = async (tool: string, input: string): Promise<Explained> =>
      JSON.parse((await the.inside(["permissions", "explain", "--tool", tool, "--input", input, "--json"])).stdout) as Explained;
    expect(await of("mcp__db__query", "{}")).toMatchObject({ verdict: "ask", boundBy: "name" });
    expect(await of("Write", '{"file_path":"/tmp/x"}')).toMatchObject({ boundBy: "name", refused: expect.stringContaining("content") });
    expect(await of("Nope", "null")).toMatchObject({ verdict: "deny", stage: "validate", boundBy: "nothing" });
    expect((await of("AskUserQuestion", ASK)).verdict).toBe("ask");
  });

  test("a line that can't be understood is told in one, and the shell is told 2", async () => {
    await using the = await withRules();
    for (const more of [
      ["--tool", "Bash", "--input", "{"],
      ["--tool", "Bash"],
      ["--input", "{}"],
      ["--tool", "Bash", "--input", "{}", "--mode", "nonsense"],
      ["--tool", "Bash", "--input", "{}", "--mode", "auto"], // the settings forbid it
      ["--tool", "Bash", "--input", "{}", "--settings", "gone.json"],
      ["--tool", "Bash", "--input", "{}", "--settings", '{"permissions":{"deny":["Bash(git"]}}'],
    ]) {
      const ran = await the.inside(["permissions", "explain", ...more]);
      expect(ran).toMatchObject({ code: 2, stdout: "" });
      expect(oneLine(ran.stderr)).toBe(true);
    }
  });
});

const ASK = JSON.stringify({
  questions: [
    {
      question: "Which?",
      header: "Which",
      multiSelect: false,
      options: [
        { label: "a", description: "one" },
        { label: "b", description: "two" },
      ],
    },
  ],
});

const LINES = [
  '{"id":"a","settings":{"permissions":{"allow":["Bash(make *)"]}},"tool":"Bash","input":{"command":"make all"}}',
  "nope",
  "",
  '{"id":3}',
  '{"id":"b","settings":{"permissions":{"deny":["Read(~/.ssh/**)"]}},"tool":"Read","input":{"file_path":"/home/dev/proj/l/id"},"fs":[{"path":"/home/dev/proj/l","target":"/home/dev/.ssh"}]}',
  '{"id":"c","settings":{"permissions":{"deny":"Bash"}},"tool":"Bash","input":{"command":"ls"}}',
  '{"id":"\u2028d","settings":{"mode":"dontAsk"},"tool":"Bash","input":{"command":"make"}}',
].join("\n");

describe("keel permissions test", () => {
  test("prints a verdict for each case; a line that is none is named, and the others go on", async () => {
    await using the = await scene([]);
    await writeFile(join(the.cwd, "cases.jsonl"), LINES);
    const ran = await the.keel(["permissions", "test", "cases.jsonl", "--json"]);
    expect(ran.stdout).toBe('{"id":"a","verdict":"allow"}\n{"id":"b","verdict":"deny"}\n{"id":"\u2028d","verdict":"deny"}\n');
    expect(ran.stderr.trim().split("\n")).toEqual([
      expect.stringMatching(/^cases\.jsonl:2 .*isn't JSON/),
      expect.stringMatching(/^cases\.jsonl:4 .*"id"/),
      expect.stringMatching(/^cases\.jsonl:6 .*permissions\.deny/),
    ]);
    expect(ran.code).toBe(1);
    const table = await the.inside(["permissions", "test", "-"], { stdin: LINES.split("\n")[0] ?? "" });
    expect(table).toMatchObject({ code: 0, stdout: expect.stringMatching(/^allow {2}a {2}.*Bash\(make \*\)/), stderr: "" });
  });

  test("a file that isn't there is a mistake of the command line", async () => {
    await using the = await scene([]);
    const ran = await the.inside(["permissions", "test", "gone.jsonl", "--json"]);
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("gone.jsonl") });
  });

  test(existsSync(CORPUS) ? "says of the whole corpus what is expected" : "is skipped: no corpus", async () => {
    if (!existsSync(CORPUS)) return;
    await using the = await scene([]);
    const ran = await the.keel(["permissions", "test", CORPUS, "--json"]);
    const verdicts = new Map(
      ran.stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { id: string; verdict: string })
        .map(({ id, verdict }) => [id, verdict]),
    );
    const cases = (await readFile(CORPUS, "utf8"))
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { id: string; expected: string; accept?: string[] });
    expect(cases.filter(({ id, expected, accept = [expected] }) => !accept.includes(verdicts.get(id) ?? "")).map(({ id }) => id)).toEqual(
      [],
    );
    expect(ran).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("keel permissions classify", () => {
  test("prints label and score of each command, and goes on behind a broken line", async () => {
    await using the = await scene([]);
    const stdin = '{"id":"a","command":"rm -rf /"}\n[]\n{"id":"b","command":"ls -la"}\n';
    const ran = await the.keel(["permissions", "classify", "-", "--json"], { stdin });
    const said = ran.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(said).toEqual([
      { id: "a", label: "risky", score: expect.any(Number) },
      { id: "b", label: "safe", score: expect.any(Number) },
    ]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/^-:2 [^\n]*\n$/) });
  });
});

describe("keel permissions list and revoke", () => {
  test("list what holds here, with its place, and take back what was allowed for good", async () => {
    await using the = await withRules();
    const kept = { rule: "Bash(make all)", folder: the.cwd, granted: Date.UTC(2026, 0, 2), until: Date.UTC(2999, 0, 1) };
    const { openGrants } = await inspectPermissions();
    await openGrants(join(the.home, ".keel"), () => kept.granted).add([kept]);
    const listed = await the.inside(["permissions", "list"]);
    expect(listed.stdout).toMatch(/^mode default; this folder is not trusted/);
    expect(listed.stdout).toMatch(/^mode auto is forbidden/m);
    expect(listed.stdout).toMatch(/^ {2}deny {3}Bash\(git push \*\) +~\/\.keel\/settings\.json:3$/m);
    expect(listed.stdout).toMatch(/^ {2}Bash\(make all\) {2}since 2026-01-02, until 2999-01-01 00:00$/m);
    expect(JSON.parse((await the.inside(["permissions", "list", "--json"])).stdout)).toMatchObject({
      approvals: [{ rule: "Bash(make all)", until: "2999-01-01T00:00:00.000Z" }],
      forbidden: [{ mode: "auto" }],
    });
    expect(await the.explain("make all")).toMatchObject({ verdict: "allow", source: "granted" });
    const elsewhere = await the.inside(["permissions", "revoke", "Bash(make all)", "--here"], { cwd: the.home });
    expect(elsewhere).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("keel permissions list") });
    expect(await the.inside(["permissions", "revoke", "Bash(make all)", "--here"])).toMatchObject({ code: 0, stderr: "" });
    expect(await the.explain("make all")).toMatchObject({ verdict: "ask" });
  });
});

describe("keel permissions simulate", () => {
  test("judges the calls of a session again, and tells which would come out otherwise", async () => {
    await using the = await scene([
      {
        blocks: [
          { tool: "Bash", input: { command: "echo one" } },
          { tool: "Bash", input: { command: "make all" } },
        ],
      },
      { blocks: [{ text: "Done." }] },
    ]);
    expect((await the.inside(["-p", "go", "--model", "m"])).code).toBe(0);
    const [{ id }] = JSON.parse((await the.inside(["session", "list", "--json"])).stdout) as [{ id: string }];
    const same = await the.inside(["permissions", "simulate", id]);
    expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining("2 calls, none of them") });
    const rules = '{"permissions":{"deny":["Bash(echo *)"],"allow":["Bash(make *)"]}}';
    const other = await the.inside(["permissions", "simulate", id, "--settings", rules, "--json"]);
    expect(JSON.parse(other.stdout)).toMatchObject({
      calls: 2,
      changes: [
        { tool: "Bash", input: { command: "echo one" }, was: "allow", now: "deny" },
        { tool: "Bash", input: { command: "make all" }, was: "ask", answered: "deny", now: "allow" },
      ],
    });
    expect((await the.inside(["permissions", "simulate", id, "--mode", "plan"])).code).toBe(0);
    expect(await the.inside(["permissions", "simulate", "nobody-said-this"])).toMatchObject({ code: 1, stdout: "" });
  });

  test("what the person allowed in the session holds for the calls behind it, as it did then", async () => {
    const make = { blocks: [{ tool: "Bash", input: { command: "touch made" } }] };
    await using person = await sitDown([make, make, { blocks: [{ text: "Twice." }] }], ["go"]);
    await person.screen.see("[a]lways this session");
    person.type("a\r");
    await person.screen.see("Twice.");
    person.type("\u0004");
    await person.left;
    const home = dirname(person.cwd);
    const id = /keel --resume (\S+)/.exec(person.screen.text)?.[1] ?? "";
    const same = await inside(["permissions", "simulate", id], { home, cwd: person.cwd });
    expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining("2 calls, none of them") });
    const deny = '{"permissions":{"deny":["Bash(touch *)"]}}';
    const strict = await inside(["permissions", "simulate", id, "--settings", deny], { home, cwd: person.cwd });
    expect(strict.stdout).toMatch(/ask \(answered: allow\) → deny {2}Bash touch made[^]* allow → deny {2}Bash touch made/);
  });
});
