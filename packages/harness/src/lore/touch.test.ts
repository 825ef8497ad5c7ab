import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { catalogOf, readBody } from "@keelson/loader";
import { test } from "vitest";
import { hook, kept, notices } from "../../test/hooks.ts";
import { call, messagesIn, outcomes, run, world, type World } from "../../test/world.ts";
import { noteTold } from "../instructions/gather.ts";
import type { Before } from "../instructions/tell.ts";
import { openShelf } from "../skills/shelf.ts";
import { Touch } from "./touch.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const read = (file: string) => ({ blocks: [call("Read", { file_path: file })] });
async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}
const told = (w: World, at: number): string => JSON.stringify(messagesIn(w.server, at));
const times = (text: string, words: string): number => text.split(words).length - 1;
const skill = (about: string, more: string): string => `---\ndescription: ${about}\n${more}---\nDo it.\n`;

const NESTED = {
  "app/AGENTS.md": "Of the app: tabs. @more.md",
  "app/more.md": "What the app imports.",
  "app/ui/CLAUDE.md": "Of the screens: blue.",
  "app/ui/KEEL.md": "Of the screens: blue.",
  "app/ui/a.ts": "const a = 1;\n",
  "app/ui/b.ts": "const b = 1;\n",
};

test("instructions of the folders down to a file are told behind the result that touched it, farthest first, each text once", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Read", { file_path: "app/ui/a.ts" }), call("Read", { file_path: "app/ui/b.ts" })] }, say("ok"), say("ok")],
  });
  await put(w.cwd, NESTED);
  await using session = await w.open({ trust: true });
  assert.deepEqual(outcomes(await run(session, "look")), ["ok", "ok"]);
  assert.doesNotMatch(told(w, 0), /Of the app|Of the screens/);
  const after = told(w, 1);
  for (const words of ["Of the app: tabs", "What the app imports", "Of the screens: blue"]) assert.equal(times(after, words), 1, words);
  assert.ok(after.indexOf("const b = 1") < after.indexOf("Of the app"), "behind all results of the reply");
  assert.ok(after.indexOf("Of the app") < after.indexOf("Of the screens"));
});

test("what was told isn't told again: not at the next touch, and not after the session is resumed", async () => {
  await using w = await world({
    replies: [read("app/ui/a.ts"), say("ok"), read("app/ui/b.ts"), say("ok"), read("app/ui/a.ts"), say("ok")],
  });
  await put(w.cwd, NESTED);
  const first = await w.open({ trust: true });
  await run(first, "look");
  await run(first, "and there");
  const { id } = first;
  await first[Symbol.asyncDispose]();
  await using again = await w.open({ trust: true, resume: { id } });
  assert.deepEqual(outcomes(await run(again, "once more")), ["ok"]);
  assert.equal(times(told(w, 5), "Of the screens: blue"), 1);
  assert.equal(times(told(w, 5), "Of the app: tabs"), 1);
});

test("a folder that isn't trusted tells nothing of its own, and a call that failed brings nothing into play", async () => {
  await using w = await world({ replies: [read("app/ui/a.ts"), say("ok"), read("app/ui/none.ts"), say("ok")] });
  await put(w.cwd, NESTED);
  const untrusted = await w.open();
  await run(untrusted, "look");
  assert.doesNotMatch(told(w, 1), /Of the (app|screens)/);
  await untrusted[Symbol.asyncDispose]();
  await using session = await w.open({ trust: true });
  assert.deepEqual(outcomes(await run(session, "look")), ["error"]);
  assert.doesNotMatch(told(w, 3), /Of the (app|screens)/);
});

test("a rule with paths is told when a file that fits is written, and hooks hear why each text was loaded", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Write", { file_path: "app/x.sql", content: "select 1;\n" })] }, read("app/ui/a.ts"), say("ok")],
  });
  await put(w.cwd, {
    ...NESTED,
    ".claude/rules/sql.md": '---\npaths: "**/*.sql"\n---\nNever select all.\n',
    ".claude/rules/css.md": "---\npaths: ['**/*.css']\n---\nNo inline styles.\n",
  });
  await hook(w, { InstructionsLoaded: `line=$(cat); echo "$line" >> ${join(w.home, "told.jsonl")}` }); // several at once: one write each
  const session = await w.open({ trust: true, permissionMode: "acceptEdits" });
  assert.deepEqual(outcomes(await run(session, "write")), ["ok", "ok"]);
  await session[Symbol.asyncDispose]();
  assert.doesNotMatch(told(w, 0), /Never select/);
  assert.match(told(w, 1), /Never select all/);
  assert.doesNotMatch(told(w, 2), /No inline styles/);
  const heard = (await kept(w)).map((one) => [String(one["file_path"]).slice(w.cwd.length + 1), one["load_reason"]]);
  assert.deepEqual(
    heard.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
    [
      [".claude/rules/sql.md", "path_glob_match"],
      ["app/AGENTS.md", "nested_traversal"],
      ["app/more.md", "include"],
      ["app/ui/CLAUDE.md", "nested_traversal"],
    ],
  );
});

test("a skill with paths is announced when such a file is touched, once, and can be started by its name before", async () => {
  await using w = await world({ replies: [say("ok"), read("app/ui/a.ts"), read("app/ui/b.ts"), say("ok")] });
  await put(w.cwd, NESTED);
  await put(w.home, { ".claude/skills/typed/SKILL.md": skill("How we write types", "paths: '**/*.ts'\n") });
  await using session = await w.open();
  await run(session, "/typed");
  assert.match(told(w, 0), /Do it\./);
  assert.doesNotMatch(told(w, 0), /How we write types/);
  await run(session, "look");
  assert.equal(times(told(w, 3), "typed: How we write types"), 1);
});

test("skills of a folder below come with its files, under its name where the name is taken, and the model can start them", async () => {
  await using w = await world({
    replies: [read("app/ui/a.ts"), { blocks: [call("Skill", { skill: "app:ship" })] }, say("ok")],
  });
  await put(w.cwd, { ...NESTED, "app/.claude/skills/ship/SKILL.md": "---\ndescription: Ships the app\n---\nPush the app.\n" });
  await put(w.home, { ".claude/skills/ship/SKILL.md": skill("Ships all", "") });
  await using session = await w.open({ trust: true });
  assert.deepEqual(outcomes(await run(session, "look")), ["ok", "ok"]);
  assert.match(told(w, 1), /app:ship: Ships the app/);
  assert.match(told(w, 2), /Push the app/);
});

test("an import that leads nowhere is told as a line that names the file, and the prompt is answered all the same", async () => {
  await using w = await world({ replies: [read("app/a.txt"), say("ok")] });
  await put(w.cwd, { "CLAUDE.md": "See @docs/gone.md.", "app/CLAUDE.md": "See @lost.md.", "app/a.txt": "a" });
  await using session = await w.open({ trust: true });
  const envelopes = await run(session, "look");
  assert.deepEqual(outcomes(envelopes), ["ok"]);
  assert.match(
    notices(envelopes).join("\n"),
    /CLAUDE\.md imports @docs\/gone\.md, which doesn't exist.*\n.*app\/CLAUDE\.md imports @lost\.md/,
  );
});

test("a sub-agent is told what holds for the files that it touches", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Agent", { description: "d", prompt: "look around" })] }, say("ok")],
    sessions: [{ match: { promptIncludes: "look around" }, replies: [read("app/ui/a.ts"), say("seen")] }],
  });
  await put(w.cwd, NESTED);
  await using session = await w.open({ trust: true });
  await run(session, "go");
  const child = w.server.requests.filter(({ text }) => text.includes("Of the screens: blue"));
  assert.equal(child.length, 1, "the agent's, and not its parent's");
});

test("what went out of the context when it was made smaller is told again at the next touch", async () => {
  await using w = await world({ replies: [] });
  await put(w.cwd, NESTED);
  const said: string[] = [];
  let standing: Before = new Map();
  const touch = new Touch({
    catalog: () => catalogOf([]),
    cwd: w.cwd,
    trusted: true,
    ports: async () => ({
      cwd: w.cwd,
      home: w.home,
      read: (file, within) => readBody({ file }, within),
      realpath: async (path) => (existsSync(path) ? path : undefined),
      approved: () => false,
      excluded: () => false,
    }),
    shelf: () => openShelf(catalogOf([]), {}),
    addNested: () => {},
    told: () => standing,
    tell: (...events) => void (standing = events.reduce(noteTold, standing)),
    receive: (words) => void said.push(words),
    heard: () => {},
  });
  const file = join(w.cwd, "app/ui/a.ts");
  for (const _ of [1, 2]) await touch.files([file]);
  assert.equal(said.length, 1);
  standing = noteTold(standing, { type: "context.edited", tier: "autocompact", edits: [{ op: "drop", from: 0, to: 1 }] });
  await touch.files([file]);
  assert.equal(said.length, 2);
});
