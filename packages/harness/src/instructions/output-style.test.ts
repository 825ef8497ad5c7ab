import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { call, run, world, type World } from "../../test/world.ts";

const say = (text: string) => ({ blocks: [{ text }] });
async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}
/** The system prompt of a request: the cached part, and what stands behind it. */
const systemIn = (w: World, at: number): readonly string[] =>
  ((w.server.requests[at]?.body["system"] ?? []) as unknown as { readonly text: string }[]).map(({ text }) => text);
const style = (body: string, more = ""): string => `---\nname: Pirate\ndescription: Speaks like one\n${more}---\n${body}\n`;
const settings = (outputStyle: string): Readonly<Record<string, string>> => ({ ".keel/settings.json": JSON.stringify({ outputStyle }) });

test("the chosen style speaks in the system prompt behind the boundary, and the coding instructions go without its word", async () => {
  await using w = await world({ replies: () => say("ok") });
  await put(w.home, { ...settings("pirate"), ".claude/output-styles/pirate.md": style("Say arr.") });
  const session = await w.open();
  await run(session, "go");
  await run(session, "on");
  await session[Symbol.asyncDispose]();
  const [fixed = "", live = ""] = systemIn(w, 0);
  assert.match(live, /^# Output style: Pirate\n\nSay arr\.\n\n# Where you are/);
  assert.match(fixed, /# Safety/);
  assert.doesNotMatch(fixed, /# Verifying|coding -->/);
  assert.deepEqual(systemIn(w, 1), systemIn(w, 0), "the same bytes as long as the session lasts");
  await put(w.home, { ".claude/output-styles/pirate.md": style("Say arr.", "keep-coding-instructions: yes\n") });
  await using kept = await w.open();
  await run(kept, "go");
  assert.match(systemIn(w, 2)[0] ?? "", /# Verifying/);
});

test("without a style nothing of it is said, and none of the marks around the coding instructions either", async () => {
  await using w = await world({ replies: () => say("ok") });
  await using session = await w.open();
  await run(session, "go");
  const system = systemIn(w, 0).join("\n");
  assert.match(system, /# How to work/);
  assert.doesNotMatch(system, /coding -->|Output style/);
});

test("styles come with the coding agent, by the names that settings of other agents use", async () => {
  for (const [name, words] of [
    ["Explanatory", /Why:/],
    ["Learning", /TODO\(you\)/],
    ["Proactive", /Go ahead\./],
  ] as const) {
    await using w = await world({ replies: () => say("ok") });
    await put(w.home, { ".claude/settings.json": JSON.stringify({ outputStyle: name }) });
    await using session = await w.open();
    assert.deepEqual(session.problems, []);
    await run(session, "go");
    assert.match(systemIn(w, 0)[1] ?? "", words);
    assert.match(systemIn(w, 0)[0] ?? "", /# Verifying/);
  }
});

test("a plugin may force its style; a sub-agent speaks to the session, and has none", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Agent", { description: "d", prompt: "look around" })] }, say("ok")],
    sessions: [{ match: { promptIncludes: "look around" }, replies: [say("seen")] }],
  });
  await put(w.home, {
    ...settings("Learning"),
    "p/.claude-plugin/plugin.json": JSON.stringify({ name: "p" }),
    "p/output-styles/own.md": "---\nname: own\nforce-for-plugin: true\n---\nOurs alone.\n",
  });
  await using session = await w.open({}, { named: [join(w.home, "p")] });
  await run(session, "go");
  assert.match(systemIn(w, 0)[1] ?? "", /Ours alone/);
  const child = w.server.requests.find(({ text }) => text.includes("look around") && !text.includes("Ours alone"));
  assert.ok(child);
  assert.match(JSON.stringify(child.body["system"]), /# How to work/);
});

test("a repository chooses a style only in a folder that is trusted, and one that isn't there is a line, not a refusal", async () => {
  await using w = await world({ replies: () => say("ok") });
  await put(w.cwd, { ...settings("Pirat"), ".keel/output-styles/pirate.md": style("Say arr.") });
  await using untrusted = await w.open();
  await run(untrusted, "go");
  assert.doesNotMatch(systemIn(w, 0).join(), /Say arr/);
  await using trusted = await w.open({ trust: true });
  assert.match(JSON.stringify(trusted.problems), /No output style is named Pirat\. Did you mean Pirate\?/);
});

test("a person sees the styles and chooses one: it stands in their own settings, and says where another stands above it", async () => {
  await using w = await world({ replies: () => say("ok") });
  await put(w.home, { ".keel/settings.json": '{\n  // mine\n  "model": "opus"\n}\n' });
  await using session = await w.open({ trust: true });
  assert.match(await session.outputStyle(""), /^\* default .*\n {2}Explanatory +Does the work[^]*\/output-style NAME/);
  assert.match(await session.outputStyle("learnin"), /No output style is named learnin\. Did you mean Learning\?/);
  assert.match(await session.outputStyle("learning"), /^Learning, from the next session on/);
  assert.equal(
    await readFile(join(w.home, ".keel/settings.json"), "utf8"),
    '{\n  // mine\n  "model": "opus",\n  "outputStyle": "Learning"\n}\n',
  );
  await using next = await w.open({ trust: true });
  assert.match(await next.outputStyle(""), /^ {2}default[^]*\* Learning/);
  await put(w.cwd, settings("Explanatory"));
  assert.match(await next.outputStyle("default"), /default is in .* now, but here .*project\/\.keel\/settings\.json says "Explanatory"/);
});
