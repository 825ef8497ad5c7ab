import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { temporaryHome } from "@keelson/testing";
import { describe, test } from "vitest";
import { mentionsIn, withoutComments } from "../instructions/mentions.ts";
import { LONGEST_OUTPUT, NO_COMMANDS, render, type InlineOutcome, type Rendered, type Source } from "./render.ts";

type Answers = Readonly<Record<string, Partial<InlineOutcome>>>;
type Seen = { readonly ran: string[]; readonly read: string[] };

const SOURCE: Omit<Source, "text"> = {
  dialect: "dollar",
  isSkill: false,
  args: "",
  names: [],
  base: undefined,
  variables: new Map([["CLAUDE_PLUGIN_ROOT", "/plugins/my plugin"]]),
  typed: "/it",
  folders: [(path) => `/w/${path}`],
  noCommands: false,
};

async function made(
  text: string,
  more: Partial<Source> = {},
  answers: Answers = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Seen & { readonly rendered: Rendered; readonly text: string }> {
  const seen: Seen = { ran: [], read: [] };
  const rendering = render<never>(
    { ...SOURCE, text, ...more },
    {
      async *runInline(command) {
        seen.ran.push(command);
        return { ok: true, output: `<${command}>`, ...answers[command] };
      },
      async readFile(path) {
        seen.read.push(path);
        const found = files[path];
        if (found === "secret") return { ok: false, missing: false, why: "a rule keeps it from being read." };
        return found === undefined ? { ok: false, missing: true, why: "" } : { ok: true, text: found };
      },
    },
  );
  const step = await rendering.next();
  assert.ok(step.done);
  return { ...seen, rendered: step.value, text: step.value.ok ? step.value.text : step.value.why };
}

describe("inline commands", () => {
  test("run in the order they stand in, and their output takes their place", async () => {
    const { ran, text } = await made("Status: !`git status`\n\n```!\ngit log\ngit diff\n```\nEnd.");
    assert.deepEqual(ran, ["git status", "git log\ngit diff"]);
    assert.equal(text, "Status: <git status>\n\n<git log\ngit diff>\nEnd.");
  });

  test("what they print isn't looked at again", async () => {
    const { ran, read, text } = await made("!`a`", { args: "x" }, { a: { output: "!`b` @c $ARGUMENTS $1" } }, { "/w/c": "file" });
    assert.deepEqual([ran, read], [["a"], []]);
    assert.equal(text, "!`b` @c $ARGUMENTS $1\n\nARGUMENTS: x");
  });

  test("are no commands in examples: in spans, in blocks of a skill, in blocks of other languages", async () => {
    const spans = "Write `` !`rm x` `` or `!`; text!`rm y` is none.";
    const block = "```bash\n!`rm x`\n```";
    const markdown = "```markdown\nStatus: !`rm x`\n```";
    assert.deepEqual((await made(spans)).ran, []);
    assert.deepEqual((await made(block, { isSkill: true })).ran, []);
    assert.deepEqual((await made(markdown)).ran, []);
    for (const text of [spans, markdown]) assert.equal((await made(text)).text, text);
  });

  test("run in a command's block of shell, at the beginning of a line; one that may not run stays as it is there", async () => {
    const text = "```bash\n!`pwd`  # where\necho !`rm x`\n!`no`\n```";
    const { ran, text: said } = await made(text, {}, { no: { ok: false, output: "Not allowed." } });
    assert.deepEqual(ran, ["pwd", "no"]);
    assert.equal(said, "```bash\n<pwd>  # where\necho !`rm x`\n!`no`\n```");
  });

  test("end it all when one isn't allowed or fails, with the reason", async () => {
    const denied = await made("!`rm x`\n!`after`", {}, { "rm x": { ok: false, output: "Bash(rm *) denies it." } });
    assert.deepEqual([denied.rendered.ok, denied.ran], [false, ["rm x"]]);
    assert.match(denied.text, /`rm x` can't run: Bash\(rm \*\) denies it\./);
    const failed = await made("!`make`", {}, { make: { ok: false, output: "no rule", exitCode: 2 } });
    assert.match(failed.text, /failed with exit code 2: no rule/);
  });

  test("that search or compare may find nothing", async () => {
    const nothing = { ok: false, output: "", exitCode: 1 };
    for (const command of ["grep x y", "ls | grep x", "git diff --exit-code", "cd a && rg x"])
      assert.equal((await made(`a !\`${command}\` b`, {}, { [command]: nothing })).text, "a  b", command);
    assert.equal((await made("!`ls x`", {}, { "ls x": nothing })).rendered.ok, false);
    assert.equal((await made("!`grep x`", {}, { "grep x": { ...nothing, exitCode: 2 } })).rendered.ok, false);
  });

  test("are replaced by words where they are switched off", async () => {
    const { ran, text } = await made("a !`b` c", { noCommands: true });
    assert.deepEqual([ran, text], [[], `a ${NO_COMMANDS} c`]);
  });

  test("that flood are cut, and too many are refused", async () => {
    const { text } = await made("!`a`", {}, { a: { output: "x".repeat(LONGEST_OUTPUT + 5) } });
    assert.equal(text, `${"x".repeat(LONGEST_OUTPUT)}\n[… 5 characters more]`);
    assert.match((await made("!`a`\n".repeat(51))).text, /more than 50/);
  });

  test("have variables as words: a folder with a space in it stays one", async () => {
    assert.deepEqual((await made('!`${CLAUDE_PLUGIN_ROOT}/go.sh`\n!`"${CLAUDE_PLUGIN_ROOT}"/go.sh`')).ran, [
      "'/plugins/my plugin'/go.sh",
      '"/plugins/my plugin"/go.sh',
    ]);
  });
});

describe("arguments in a command", () => {
  const NASTY = `a;touch\${IFS}p '$(touch q)' "\`touch r\`" 'it'"'"'s' -- x&y #z`;
  const WORDS = ["a;touch${IFS}p", "$(touch q)", "`touch r`", "it's", "--", "x&y", "#z"];

  /** In an empty folder, with no program in reach but what bash has itself. */
  async function bash(command: string): Promise<string> {
    await using home = await temporaryHome();
    const { stdout } = await promisify(execFile)("/bin/bash", ["--noprofile", "--norc", "-c", `${command}\nprintf '%s' *`], {
      cwd: home.path,
      env: { PATH: "" },
    });
    return stdout;
  }

  test.each([
    ["bare, each a word", "printf '[%s]\\n' $ARGUMENTS", [...WORDS.map((word) => `[${word}]`), "*"].join("\n")],
    ["in double quotes, as typed", `printf '[%s]\\n' "$ARGUMENTS"`, `[${NASTY}]\n*`],
    ["in single quotes, as typed", "printf '[%s]\\n' '$ARGUMENTS'", `[${NASTY}]\n*`],
    ["inside another command's quotes", `printf '[%s]\\n' "$(printf '%s' $1)"`, `[${WORDS[1]}]\n*`],
  ])("stay words: %s", async (_, template, wanted) => {
    const { ran } = await made(`\`\`\`!\n${template}\n\`\`\``, { args: NASTY, base: 0 });
    assert.equal(await bash(ran[0] ?? ""), wanted);
  });

  test("aren't put where no quoting helps", async () => {
    for (const command of ["cat <<X\n$ARGUMENTS\nX", "true # $ARGUMENTS", "printf $'$ARGUMENTS'"]) {
      const { ran, text } = await made(`\`\`\`!\n${command}\n\`\`\``, { args: "$(touch p)\nx" });
      assert.deepEqual(ran, [], command);
      assert.match(text, /can't be put into the command/);
    }
    assert.deepEqual((await made("```!\ncat <<X\n$ARGUMENTS\nX\n```", { args: "plain-1.2" })).ran, ["cat <<X\nplain-1.2\nX"]);
  });
});

describe("files", () => {
  const FILES = { "/w/src/a.ts": "const a = 1;\n", "/s/guide.md": "Guide.", "/w/key": "secret" };

  test("that are mentioned stand behind the text, each once", async () => {
    const { text } = await made("Look at @src/a.ts, and (@src/a.ts) again.", {}, {}, FILES);
    assert.equal(text, 'Look at @src/a.ts, and (@src/a.ts) again.\n\n<file path="/w/src/a.ts">\nconst a = 1;\n</file>');
  });

  test("are sought in the skill's folder first, and may be an argument", async () => {
    const folders = [(path: string) => `/s/${path}`, (path: string) => `/w/${path}`];
    const { text, read } = await made("@guide.md @$1", { args: "src/a.ts", folders }, {}, FILES);
    assert.deepEqual(read, ["/s/guide.md", "/s/src/a.ts", "/w/src/a.ts"]);
    assert.match(text, /^@guide\.md @src\/a\.ts\n\n<file path="\/s\/guide\.md">[^]*<file path="\/w\/src\/a\.ts">/);
  });

  test("that aren't there were no files: packages, people, addresses, code", async () => {
    const said = "@scope/package, @someone, a@b.c and `@src/a.ts`\n```\n@src/a.ts\n```";
    assert.equal((await made(said, {}, {}, FILES)).text, said);
  });

  test("that may not be read are named with the reason", async () => {
    assert.match((await made("@key", {}, {}, FILES)).text, /<file path="\/w\/key">\n\[It isn't shown: a rule keeps it/);
  });
});

describe("arguments without a place", () => {
  test("stand in a line at the end", async () => {
    assert.equal((await made("Review.", { args: "src x" })).text, "Review.\n\nARGUMENTS: src x");
    assert.equal((await made("Review.")).text, "Review.");
    assert.equal((await made("Review $0.", { args: "src" })).text, "Review src.");
  });
});

describe("braces", () => {
  const braces = { dialect: "braces", typed: "/fix a b" } as const;

  test("{{args}} as typed, one word in a command; commands and files in their place", async () => {
    const text = "Fix {{args}}:\n!{grep -r {{args}} .}\n@{src/a.ts}";
    const { ran, text: said } = await made(text, { ...braces, args: "a b" }, {}, { "/w/src/a.ts": "const a;\n" });
    assert.deepEqual(ran, ["grep -r 'a b' ."]);
    assert.equal(said, "Fix a b:\n<grep -r 'a b' .>\nconst a;");
  });

  test("commands go up to the brace that closes them; $ and backticks are letters", async () => {
    const text = "!{awk '{print $1}' x} !`no` $ARGUMENTS !{open";
    const { ran, text: said } = await made(text, { ...braces, args: "" });
    assert.deepEqual(ran, ["awk '{print $1}' x"]);
    assert.equal(said, "<awk '{print $1}' x> !`no` $ARGUMENTS !{open");
  });

  test("without {{args}} what was typed stands at the end", async () => {
    assert.equal((await made("Fix.", { ...braces, args: "a b" })).text, "Fix.\n\n/fix a b");
  });

  test("a file that isn't there is said to be missing", async () => {
    assert.equal((await made("@{nothing.md}", braces)).text, "[nothing.md: there is no such file]");
  });
});

test("characters that nobody sees are left out, of the text and of what is put in", async () => {
  const hidden = "a\u{E0041}\u{E0042}b\u202Ec";
  const { rendered } = await made(`${hidden} !\`x\``, {}, { x: { output: hidden } });
  assert.deepEqual(rendered, { ok: true, text: "abc abc", foreign: true, unseen: 3 });
});

test("a text that was made to be slow is read all the same", async () => {
  const parts = [
    "`",
    "` `` ",
    "```\n",
    " @${",
    "${a-",
    "$1",
    "\\",
    "awk ",
    "awk '",
    "f() {\n",
    "<!--\n",
    "!{",
    "@{",
    "!`x",
    "\u{E0041}",
    "{{args}}",
    "\n\n",
  ];
  for (const part of parts) {
    const text = part.repeat(100_000 / part.length);
    await made(text, { args: "a b" });
    await made(`\`\`\`sh\n${text}`, { args: "a b" });
    await made(text, { args: "a b", dialect: "braces" });
    mentionsIn(withoutComments(text));
  }
});
