import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import { describe, expect, test } from "vitest";
import { notices } from "../../test/hooks.ts";
import { put } from "../../test/live.ts";
import { messagesIn, requestsIn, run, world, type World } from "../../test/world.ts";
import { agreeTo, inspectFolder, offerTree } from "../inspect/trust.ts";

/** A tool that answers with a word of its own. */
const tool = (name: string, word: string): string =>
  `export default (kit) => kit.defineTool({ name: "${name}", description: "Says a word.", readOnly: true, run: async () => "${word} said" });\n`;
const call = (name: string) => ({ blocks: [{ tool: name, input: {} }] });
const DONE = { blocks: [{ text: "Done." }] };

const placeOf = (w: World) => ({
  cwd: w.cwd,
  home: w.home,
  keelHome: join(w.home, ".keel"),
  env: { PATH: process.env["PATH"] },
  platform: process.platform,
});

async function agree(w: World, root: string): Promise<void> {
  const offer = await offerTree(placeOf(w), { root }, "code", 0);
  assert.ok(offer.ok);
  assert.equal(await agreeTo(placeOf(w), offer, 0), undefined);
}

async function withPlugin(
  script: Parameters<typeof world>[0],
  files: Readonly<Record<string, string>>,
): Promise<World & { readonly plugin: string }> {
  const w = await world(script);
  const plugin = join(w.home, ".keel/plugins/shop");
  await put(join(plugin, ".claude-plugin/plugin.json"), '{"name":"shop"}');
  for (const [name, content] of Object.entries(files)) await put(join(plugin, name), content);
  return { ...w, plugin };
}

const offered = (w: World, at = 0): readonly string[] =>
  ((requestsIn(w.server)[at]?.body["tools"] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name);
const answers = (w: World, at: number): string => JSON.stringify(messagesIn(w.server, at).at(-1));
const told = (envelopes: readonly Envelope[]): string => notices(envelopes).join("\n");

describe("a plugin's tool file", () => {
  test("isn't run before somebody agreed to code, and a session says how", async () => {
    await using w = await withPlugin({ replies: [DONE] }, { "tools/word.js": `globalThis.ran = true;\n${tool("Word", "plum")}` });
    await using session = await w.open();
    expect(session.problems.map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /^Its tools \(word\.js\) don't run: they aren't trusted\. keel trust give .*shop --as code trusts them as they are now\.$/,
      ),
    ]);
    await run(session, "go");
    expect(offered(w)).not.toContain("Word");
    expect(Object.hasOwn(globalThis, "ran")).toBe(false);
    expect((await inspectFolder(placeOf(w))).installed).toEqual([{ kind: "code", root: w.plugin, changed: false }]);
  });

  test("brings its tool behind the blocks once it was agreed to, and what is called is the copy that was agreed to", async () => {
    await using w = await withPlugin({ replies: [call("Word"), DONE] }, { "tools/word.js": tool("Word", "plum") });
    await agree(w, w.plugin);
    await using session = await w.open();
    await put(join(w.plugin, "tools/word.js"), tool("Word", "thorn"));
    await run(session, "go");
    const names = offered(w);
    expect(names.at(-1)).toBe("Word");
    expect(names.slice(0, -1)).toEqual(names.slice(0, -1).toSorted());
    expect(answers(w, 1)).toContain("plum said");
  });

  test("that was changed since isn't run, and the question says that it was", async () => {
    await using w = await withPlugin({ replies: [DONE] }, { "tools/word.js": tool("Word", "plum") });
    await agree(w, w.plugin);
    await put(join(w.plugin, "tools/word.js"), tool("Word", "thorn"));
    await using session = await w.open();
    expect(session.problems.map(({ text }) => text).join()).toContain("it was changed since they were trusted");
    expect((await inspectFolder(placeOf(w))).installed).toEqual([{ kind: "code", root: w.plugin, changed: true }]);
    await run(session, "go");
    expect(offered(w)).not.toContain("Word");
  });

  test("can't take a bundled tool's name, and two of one name are told apart by their plugins", async () => {
    await using w = await withPlugin(
      { replies: [call("shop__Read"), DONE] },
      { "tools/read.js": tool("Read", "mine"), "tools/two.mjs": tool("Word", "one"), "tools/three.js": tool("Word", "two") },
    );
    await agree(w, w.plugin);
    await using session = await w.open();
    await run(session, "go");
    expect(offered(w).slice(-3)).toEqual(["Word", "shop__Read", "shop__Word"]);
    expect(answers(w, 1)).toContain("mine said");
  });

  test("is judged as any other: one that doesn't say what it touches is asked about, and a rule allows it by its name", async () => {
    const bare = `export default (kit) => kit.defineTool({ name: "Touch", description: "Touches.", run: () => "touched" });`;
    await using w = await withPlugin({ replies: [call("Touch"), DONE, call("Touch"), DONE] }, { "tools/touch.js": bare });
    await agree(w, w.plugin);
    await using session = await w.open();
    await run(session, "go");
    expect(answers(w, 1)).toMatch(/Not allowed, nothing ran\. No rule speaks of it\./);
    await using allowed = await w.open({ allowedTools: ["Touch"] });
    await run(allowed, "go");
    expect(answers(w, 3)).toContain("touched");
  });

  test.each<[string, string, RegExp]>([
    ["throws while it is loaded", `export default 1; throw new Error("no luck");`, /word\.js brings no tool: no luck\./],
    ["exports no function", "export default 3;", /exports no function by default/],
    ["returns something else", "export default () => 3;", /returns no tool that kit\.defineTool made/],
    ["has no name for its tool", `export default (kit) => kit.defineTool({ description: "d", run() {} });`, /a tool's name has letters/],
    ["isn't JavaScript", "export default (", /brings no tool: /],
    ["asks for a module that isn't there", `import "./gone.js"; export default () => [];`, /Cannot find module/],
  ])("that %s brings nothing, in one line, and the session goes on", async (_, text, words) => {
    await using w = await withPlugin({ replies: [call("Good"), DONE] }, { "tools/word.js": text, "tools/good.js": tool("Good", "still") });
    await agree(w, w.plugin);
    await using session = await w.open();
    const said = session.problems.map((problem) => `${problem.file} ${problem.text}`);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(words);
    expect(said[0]).not.toContain("\n");
    await run(session, "go");
    expect(answers(w, 1)).toContain("still said");
  });

  test("that fails while it works tells the model why", async () => {
    const failing = `export default (kit) => kit.defineTool({ name: "Fail", description: "Fails.", readOnly: true, run() { throw new Error("out of plums"); } });`;
    await using w = await withPlugin({ replies: [call("Fail"), DONE] }, { "tools/fail.js": failing });
    await agree(w, w.plugin);
    await using session = await w.open();
    await run(session, "go");
    expect(answers(w, 1)).toMatch(/out of plums.*"is_error":true|"is_error":true.*out of plums/);
  });
});

test("a user's own tools stand in ~/.keel/tools and are agreed to without the rest of that folder", async () => {
  await using w = await world({ replies: [call("Mine"), DONE] });
  const tools = join(w.home, ".keel/tools");
  await put(join(tools, "mine.js"), tool("Mine", "own"));
  expect((await inspectFolder(placeOf(w))).installed).toMatchObject([{ kind: "code", root: tools, changed: false }]);
  await agree(w, tools);
  await put(join(w.home, ".keel/settings.json"), "{}"); // changes nothing of what was agreed to
  await using session = await w.open();
  expect(session.problems).toEqual([]);
  await run(session, "go");
  expect(answers(w, 1)).toContain("own said");
});

test("a plugin that is named on the command line is meant, and one whose file is taken away says so to the model", async () => {
  await using w = await world({ replies: [call("Word"), DONE, call("Word"), DONE] });
  const root = join(w.home, "named");
  await put(join(root, "tools/word.js"), tool("Word", "plum"));
  await using session = await w.open({}, { named: [root] });
  await run(session, "go");
  expect(answers(w, 1)).toContain("plum said");
  await rm(join(root, "tools"), { recursive: true });
  await session.reload(false);
  const envelopes = await run(session, "again");
  expect(answers(w, 3)).toContain("Word is unavailable");
  expect(told(envelopes)).not.toContain("brings no tool");
});

test("an edit that nobody agreed to takes no tool away, and one that was agreed to is taken up while the session runs", async () => {
  await using w = await withPlugin({ replies: [call("Word"), DONE, call("Word"), DONE] }, { "tools/word.js": tool("Word", "plum") });
  await agree(w, w.plugin);
  await using session = await w.open();
  await put(join(w.plugin, "tools/word.js"), tool("Word", "thorn"));
  const { problems } = await session.reload(false);
  expect(problems.map(({ text }) => text).join()).toMatch(/it was changed since they were trusted/);
  await run(session, "go");
  expect(answers(w, 1)).toContain("plum said");
  await agree(w, w.plugin);
  await session.reload(false);
  await run(session, "again");
  expect(answers(w, 3)).toContain("thorn said");
});
