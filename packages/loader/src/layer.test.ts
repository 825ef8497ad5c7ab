import assert from "node:assert/strict";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { readSettings, type SettingsRead } from "./settings.ts";

type Content = string | Uint8Array;
const USER = ".keel/settings.json";
const PROJECT = "work/.claude/settings.json";

/** Reads the settings of `work` in a home that holds these files. */
async function read(files: Readonly<Record<string, Content>>, flag?: string): Promise<SettingsRead> {
  await using home = await temporaryHome();
  for (const [path, content] of Object.entries(files)) await write(join(home.path, path), content);
  return await readSettings({ cwd: join(home.path, "work"), home: home.path, ...(flag !== undefined && { flag }) });
}

async function write(file: string, content: Content): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

const lines = ({ problems }: SettingsRead): string[] => problems.map(({ severity, line, text }) => `${severity} ${line ?? "-"} ${text}`);

test("comments, trailing commas, a byte order mark and CRLF are read in every settings file", async () => {
  const content = '\ufeff{\r\n  // which one\r\n  "model": "m", /* and */\r\n  "permissions": { "deny": ["Bash",], },\r\n}\r\n';
  for (const file of [USER, PROJECT]) {
    const { settings, rules, problems } = await read({ [file]: content });
    assert.deepEqual([settings.model, problems, rules[0]?.line], ["m", [], 4]);
  }
});

test("an empty file, or one of comments alone, says nothing", async () => {
  for (const content of ["", " \n\t", "// later\n"]) {
    const { settings, problems } = await read({ [USER]: content, [PROJECT]: content });
    assert.deepEqual([settings, problems], [{}, []]);
  }
});

test("a broken file is skipped alone, with its line and column: an error where the user wrote it, a warning where the repository did", async () => {
  const broken = '{\n  "model": "x",\n  "env": {"A" "b"}\n}';
  const user = await read({ [USER]: broken, [PROJECT]: '{"model": "repo"}' });
  assert.equal(user.settings.model, "repo");
  assert.deepEqual(lines(user), [
    "error 3 is not JSON (comments are allowed): colon expected (line 3, column 15). Nothing in it is used until that is put right.",
  ]);
  const project = await read({ [PROJECT]: broken, [USER]: '{"model": "user"}' });
  assert.equal(project.settings.model, "user");
  assert.match(lines(project).join(), /^warning 3 is not JSON/);
});

test("a --settings that can't be used is an error, also when nothing is there", async () => {
  for (const [flag, why] of [
    ["gone.json", /doesn't exist/],
    [".", /is a directory/],
    ["", /is a directory/],
    ["{nonsense}", /is not JSON/],
    [`{"model": "${"x".repeat(3 * 1024 * 1024)}"}`, /is longer than 2097152 bytes/],
  ] as const) {
    const { problems } = await read({ "work/x": "" }, flag);
    assert.deepEqual([problems.length, problems[0]?.severity], [1, "error"]);
    assert.match(problems[0]?.text ?? "", why);
  }
});

test("a file of 5 MB, binary content and a list in place of an object are one problem each", async () => {
  for (const [content, why] of [
    [`{"env": {"A": "${"x".repeat(5 * 1024 * 1024)}"}}`, /has 5\d{6} bytes; at most 2097152/],
    [Uint8Array.of(0x7b, 0xff, 0xfe), /is not UTF-8/],
    ['["Bash"]', /holds no JSON object/],
    ['"x"', /holds no JSON object/],
    ["[".repeat(500_000), /nested more than 100 levels|is not JSON/],
  ] as const) {
    const { settings, problems } = await read({ [USER]: content });
    assert.deepEqual([settings, problems.length, problems[0]?.severity], [{}, 1, "error"]);
    assert.match(problems[0]?.text ?? "", why);
  }
});

test("a directory, a link loop and a link to nothing in the place of a file are problems; a missing file is not", async () => {
  await using home = await temporaryHome();
  const cwd = join(home.path, "work");
  await mkdir(join(home.path, USER), { recursive: true });
  await mkdir(join(cwd, ".keel"), { recursive: true });
  await symlink("settings.json", join(cwd, ".keel/settings.json"));
  await symlink("nothing", join(cwd, ".keel/settings.local.json"));
  await writeFile(join(cwd, ".claude"), "a file where a folder could be");
  const found = await readSettings({ cwd, home: home.path });
  assert.deepEqual(found.settings, {});
  const all = lines(found);
  assert.equal(all.length, 3);
  assert.match(all[0] ?? "", /^warning - is a link to a file that doesn't exist/);
  assert.match(all[1] ?? "", /^warning - is a link that leads back to itself/);
  assert.match(all[2] ?? "", /^error - is a directory/);
});

test("a file that may not be read is never passed over in silence", async () => {
  await using home = await temporaryHome();
  await write(join(home.path, USER), '{"model": "m"}');
  await chmod(join(home.path, USER), 0);
  const found = await readSettings({ cwd: home.path, home: home.path });
  if (found.settings.model === "m") assert.equal(process.getuid?.() ?? 0, 0); // modes don't bind root
  else assert.match(lines(found).join(), /^error - can't be read: permission denied/);
});

test("a restriction that stands alone, in place of a list of one, holds; a leave that does so doesn't", async () => {
  const found = await read({ [PROJECT]: `{"permissions": {\n"deny": "Bash",\n"ask": "Edit",\n"allow": "Read"}}` });
  assert.deepEqual(
    found.rules.map(({ text, behavior, line }) => [behavior, text, line]),
    [
      ["ask", "Edit", 3],
      ["deny", "Bash", 2],
    ],
  );
  const told = lines(found);
  assert.ok(told.some((line) => /^warning 2 "permissions\.deny": expected array.*It holds all the same/.test(line)));
  assert.ok(told.some((line) => /^warning 4 "permissions\.allow": .*It is left out/.test(line)));
});

test("a wrong item is left out alone and named with its line", async () => {
  const found = await read({
    [PROJECT]: `{
  "model": 5,
  "env": {"A": "1", "B": 2},
  "permissions": {
    "deny": ["Bash", 7,
      "Write", null],
    "ask": ["Edit"]
  },
  "fallbackModel": {}
}`,
  });
  assert.deepEqual(found.settings, { permissions: { deny: ["Bash", "Write"], ask: ["Edit"] } });
  assert.deepEqual(
    found.rules.map(({ text, line }) => [text, line]),
    [
      ["Edit", 7],
      ["Bash", 5],
      ["Write", 6],
      ["(unreadable)", 5],
      ["(unreadable)", 6],
    ],
  );
  const expected = [/^warning 2 "model": expected string/, /^warning 9 "fallbackModel": expected string.* or expected array/];
  expected.push(
    /^warning 3 "env\.B": expected string/,
    /^warning 5 "permissions\.deny", item 2: /,
    /^warning 6 "permissions\.deny", item 4: /,
  );
  for (const pattern of expected)
    assert.ok(
      lines(found).some((line) => pattern.test(line)),
      `${pattern} in ${lines(found).join("\n")}`,
    );
});

test("losing a restriction of the user is an error; losing anything else is a warning", async () => {
  const severities = async (content: object): Promise<string[]> =>
    (await read({ [USER]: JSON.stringify(content) })).problems.map(({ severity }) => severity);
  assert.deepEqual(await severities({ permissions: { deny: "Bash" } }), ["error"]);
  assert.deepEqual(await severities({ permissions: { ask: ["Edit", 1] } }), ["error"]);
  assert.deepEqual(await severities({ permissions: [] }), ["error"]);
  assert.deepEqual(await severities({ keel: { maxBudgetUsd: "5" } }), ["error"]);
  assert.deepEqual(await severities({ permissions: { allow: "Bash" } }), ["warning"]);
  assert.deepEqual(await severities({ model: 5 }), ["warning"]);
});

test("a key of ours with a typo is named with the one that was meant; keys of others pass", async () => {
  const found = await read({ [USER]: '{"keel": {"maxTurn": 3, "baseUrl": "https://x.example"}, "statusLine": {"type": "command"}}' });
  assert.deepEqual(found.settings, { keel: { baseUrl: "https://x.example" }, statusLine: { type: "command" } });
  assert.deepEqual(lines(found), ['warning 1 "maxTurn" isn\'t a key of "keel": did you mean "maxTurns"?']);
});

test("a key that stands twice is reported, and a wrong last one doesn't bring the first back unseen", async () => {
  const found = await read({ [USER]: '{"permissions": {"deny": ["Bash"],\n"deny": 5}}' });
  assert.deepEqual(
    found.problems.map(({ severity, line }) => [severity, line]),
    [
      ["warning", 2],
      ["error", 2],
    ],
  );
  assert.deepEqual(
    found.rules.map(({ text }) => text),
    ["Bash", "(unreadable)"],
  );
});

test("a file full of wrong values is given up as a whole, in one line", async () => {
  const found = await read({ [USER]: JSON.stringify({ model: "m", permissions: { deny: Array.from({ length: 5000 }, () => 1) } }) });
  assert.deepEqual(
    [found.settings, lines(found)],
    [{}, ["error - holds too many wrong values. Nothing in it is used until that is put right."]],
  );
});

test("a shared key with a slip is named with the one that was meant: an error where a restriction hangs on it", async () => {
  const slips = await read({
    [USER]: '{\n "permission": { "deny": ["Bash"] },\n "modle": "x",\n "permissions": { "dny": [], "deny": [] },\n "hooks": {}\n}',
  });
  assert.deepEqual(lines(slips), [
    'error 2 "permission" isn\'t a key that is read: did you mean "permissions"?',
    'error 4 "dny" isn\'t a key that is read: did you mean "deny"?',
    'warning 3 "modle" isn\'t a key that is read: did you mean "model"?',
  ]);
});
