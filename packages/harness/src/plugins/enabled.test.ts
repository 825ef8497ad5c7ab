/** `enabledPlugins` of the settings, in whole sessions: who may turn a plugin off, who on, and what is said of one that isn't here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "vitest";
import { put, REAL, until } from "../../test/live.ts";
import { plugin } from "../../test/plugin.ts";
import { run, world, type World } from "../../test/world.ts";
import type { Session } from "../house.ts";

const SKILL = { "skills/sell/SKILL.md": "---\ndescription: Sells\n---\nSell.\n" };
const HOOKS = { "hooks/hooks.json": { hooks: { PreToolUse: [{ hooks: [{ type: "command", command: "exit 2" }] }] } } };
const FILES = { user: ".keel/settings.json", team: "project/.claude/settings.json", own: "project/.claude/settings.local.json" };

async function say(w: World, whose: keyof typeof FILES, enabledPlugins: object): Promise<void> {
  await put(join(w.home, FILES[whose]), JSON.stringify({ enabledPlugins }));
}
const NAME = { ".claude-plugin/plugin.json": { name: "shop" } };
const shop = (w: World, files: object = SKILL): Promise<string> => plugin(w, ".keel/plugins/shop", { ...NAME, ...files });
const isThere = ({ skills }: Session): boolean => skills.some(({ name }) => name === "shop:sell");
const told = ({ problems }: Session, code: string): readonly string[] =>
  problems.flatMap((problem) => (problem.code === code ? [problem.text] : []));

test.each<[string, Partial<Record<keyof typeof FILES, object>>, { readonly trust: boolean }, boolean]>([
  ["nobody's word leaves it on", {}, { trust: true }, true],
  ["the user's false turns it off", { user: { shop: false } }, { trust: true }, false],
  ["so does one that names a marketplace", { user: { "shop@market": false } }, { trust: true }, false],
  ["another's name doesn't", { user: { "shopping@market": false } }, { trust: true }, true],
  ["a trusted project's word stands above the user's", { user: { shop: false }, team: { "shop@market": true } }, { trust: true }, true],
  ["and one's own for the project above that", { team: { shop: true }, own: { shop: false } }, { trust: true }, false],
  ["a project that isn't trusted may turn it off", { team: { shop: false } }, { trust: false }, false],
  ["and not on", { user: { shop: false }, team: { shop: true } }, { trust: false }, false],
  ["only true and false are words", { user: { shop: ["1.0"] } }, { trust: true }, true],
])("%s", async (_, words, flags, expected) => {
  await using w = await world({ replies: [] });
  await shop(w);
  for (const whose of ["user", "team", "own"] as const) if (words[whose]) await say(w, whose, words[whose]);
  await using session = await w.open(flags);
  assert.equal(isThere(session), expected);
  assert.equal(
    session.plugins.some(({ name }) => name === "shop"),
    expected,
  );
});

test("one that sleeps by its manifest wakes by a word of the settings", async () => {
  await using w = await world({ replies: [] });
  await shop(w, { ...SKILL, ".claude-plugin/plugin.json": { name: "shop", defaultEnabled: false } });
  {
    await using session = await w.open();
    assert.equal(isThere(session), false);
  }
  await say(w, "user", { "shop@market": true });
  await using session = await w.open();
  assert.equal(isThere(session), true);
});

test("a project that isn't trusted can't turn off what may guard the user, nor what comes along, and a line says so", async () => {
  await using w = await world({ replies: [] });
  await shop(w, { ...SKILL, ...HOOKS });
  await say(w, "team", { shop: false, code: false });
  {
    await using session = await w.open();
    assert.equal(isThere(session), true);
    const [shopped, coded, ...more] = told(session, "plugin_kept_on").toSorted((a, b) => (a > b ? -1 : 1));
    assert.match(shopped ?? "", /shop stays on: it has hooks.*trust the folder with keel trust/);
    assert.match(coded ?? "", /code stays on: it comes with the program/);
    assert.deepEqual(more, []);
  }
  await using session = await w.open({ trust: true });
  assert.equal(isThere(session), false);
  assert.equal(told(session, "plugin_kept_on").length, 0);
});

test("hooks in the head of a skill may guard, too: a project that isn't trusted can't turn them off", async () => {
  await using w = await world({ replies: [] });
  const head = "description: Sells\nhooks:\n  PreToolUse:\n    - hooks:\n        - type: command\n          command: exit 2";
  await shop(w, { "skills/sell/SKILL.md": `---\n${head}\n---\nSell.\n` });
  await say(w, "team", { shop: false });
  await using session = await w.open();
  assert.equal(isThere(session), true);
  assert.match(told(session, "plugin_kept_on").join("\n"), /shop stays on: it has hooks/);
});

test.each([
  [["shop"], /"enabledPlugins": expected record, received array\. It is left out/],
  [false, /"enabledPlugins": expected record, received boolean\. It is left out/],
  [{ shop: "false" }, /says of shop is neither true nor false/],
])("a word that is none leaves it on, and is told: %j", async (word, expected) => {
  await using w = await world({ replies: [] });
  await shop(w);
  await say(w, "user", word as object);
  await using session = await w.open();
  assert.equal(isThere(session), true);
  assert.match(session.problems.map(({ text }) => text).join("\n"), expected);
});

test("what is turned on and isn't here is one line with what to do", async () => {
  await using w = await world({ replies: [] });
  await shop(w);
  await say(w, "user", { "a@market": true, b: true, shop: true, c: false });
  await using session = await w.open();
  assert.deepEqual(told(session, "plugin_missing"), [
    '"enabledPlugins" turns on what isn\'t here: a@market, b. Put the folder of each into ~/.keel/plugins, or take it out of the list.',
  ]);
});

test("one that is named on the command line is meant", async () => {
  await using w = await world({ replies: [] });
  const root = await plugin(w, "shop", { ...SKILL });
  await say(w, "user", { shop: false });
  await using session = await w.open({}, { named: [root] });
  assert.equal(isThere(session), true);
});

test("turned off while a session runs, it is gone with the next call", async () => {
  await using w = await world({ replies: [{ blocks: [{ text: "hi" }] }] });
  await shop(w);
  await using session = await w.open({}, { clock: REAL });
  session.watch();
  await run(session, "hi");
  assert.equal(isThere(session), true);
  await say(w, "user", { shop: false });
  await until(() => !isThere(session));
  await say(w, "user", { shop: true });
  await until(() => isThere(session));
});
