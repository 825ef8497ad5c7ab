import assert from "node:assert/strict";
import { fold, isToolUse, messagesOf, openCalls, viewOf, type Envelope, type Event, type Message } from "@keelson/protocol";
import { test } from "vitest";
import { html, markdown } from "./print.ts";
import { readTranscript, type Transcript } from "./read.ts";
import { redact } from "./redact.ts";
import { storyOf } from "./story.ts";

const lines = (...objects: readonly object[]): string => objects.map((object) => JSON.stringify(object)).join("\n");

function readOrFail(text: string): Transcript {
  const read = readTranscript(text, "x.jsonl");
  assert.ok(typeof read !== "string", String(read));
  return read;
}
const envelope = (event: Event, seq: number, at = 0): Envelope => ({ v: 1, seq, at, session: "s", run: "r", path: [], event });
const viewIn = ({ told }: Transcript): readonly Message[] => fold(told.map(({ event, at }, index) => envelope(event, index + 1, at)));
const shapeOf = (messages: readonly Message[]): string[] =>
  messages.map(
    ({ role, content }) =>
      `${role}: ${content.map(({ type, text: words, name }) => [type, words ?? name].filter(Boolean).join(" ")).join(", ")}`,
  );

/** A line as Claude Code writes it. */
const claude = (uuid: string, parentUuid: string | null, message: object, more: object = {}): object => ({
  uuid,
  parentUuid,
  sessionId: "11111111-2222-3333-4444-555555555555",
  cwd: "/home/dev/proj",
  timestamp: "2026-11-20T10:00:00.000Z",
  type: (message as { role: string }).role,
  message,
  ...more,
});
const asks = (id: string, name: string, input: object): object => ({ type: "tool_use", id, name, input });
const answers = (id: string, content: string): object => ({ type: "tool_result", tool_use_id: id, content });

test("a transcript of Claude Code folds into the conversation it was", () => {
  const read = readOrFail(
    lines(
      claude("a", null, { role: "user", content: "fix it" }),
      claude("b", "a", { role: "assistant", id: "m1", content: [{ type: "thinking", thinking: "hm", signature: "x" }] }),
      claude("c", "b", { role: "assistant", id: "m1", content: [asks("t1", "Read", { file_path: "/x" })] }),
      claude("d", "c", { role: "user", content: [answers("t1", "old")] }),
      claude("e", "d", { role: "assistant", id: "m2", content: [{ type: "text", text: "Done." }] }),
    ),
  );
  assert.equal(read.format, "claude");
  assert.equal(read.cwd, "/home/dev/proj");
  assert.deepEqual(shapeOf(viewIn(read)), ["user: text fix it", "assistant: tool_use Read", "user: tool_result", "assistant: text Done."]);
});

test("answers of parallel calls hang beside the branch, and none of them is lost", () => {
  const read = readOrFail(
    lines(
      claude("a", null, { role: "user", content: "look" }),
      claude("b", "a", { role: "assistant", id: "m1", content: [asks("t1", "Read", {})] }),
      claude("c", "b", { role: "assistant", id: "m1", content: [asks("t2", "Read", {})] }),
      claude("d", "b", { role: "user", content: [answers("t1", "one")] }),
      claude("e", "c", { role: "user", content: [answers("t2", "two")] }),
      claude("f", "e", { role: "assistant", id: "m2", content: [{ type: "text", text: "ok" }] }),
    ),
  );
  const results = viewIn(read).flatMap(({ content }) => content.filter(({ type }) => type === "tool_result"));
  assert.deepEqual(
    results.map(({ content }) => JSON.stringify(content)),
    ['[{"type":"text","text":"one"}]', '[{"type":"text","text":"two"}]'],
  );
});

test("of a transcript with branches, the one that the last line stands on is taken", () => {
  const read = readOrFail(
    lines(
      claude("a", null, { role: "user", content: "hi" }),
      claude("b", "a", { role: "assistant", id: "m1", content: [{ type: "text", text: "first try" }] }),
      claude("c", "a", { role: "assistant", id: "m2", content: [{ type: "text", text: "second try" }] }),
      claude("d", "c", { role: "user", content: "good" }),
    ),
  );
  assert.deepEqual(shapeOf(viewIn(read)), ["user: text hi", "assistant: text second try", "user: text good"]);
});

test("circles, parents that aren't there, side chains and torn lines do no harm", () => {
  const read = readOrFail(
    `${lines(
      claude("a", "b", { role: "user", content: "hi" }),
      claude("x", null, { role: "user", content: "of a sub-agent" }, { isSidechain: true }),
      claude("b", "gone", { role: "assistant", id: "m1", content: [{ type: "text", text: "hello" }] }),
      { type: "summary", summary: "a title" },
    )}\n{"type":"user","uu`,
  );
  assert.equal(read.skipped, 1);
  assert.deepEqual(shapeOf(viewIn(read)), ["user: text hi", "assistant: text hello"]);
});

test("a call that nobody answered gets an answer that says so", () => {
  const read = readOrFail(
    lines(
      claude("a", null, { role: "user", content: "go" }),
      claude("b", "a", { role: "assistant", id: "m1", content: [asks("t 1", "Bash", {})] }),
    ),
  );
  const [, reply, result] = viewIn(read);
  assert.match(reply?.content.filter(isToolUse)[0]?.id ?? "", /^[\w-]+$/);
  assert.match(JSON.stringify(result), /outcome unknown/);
  const [open] = openCalls(viewOf(read.told.map(({ event, at }, index) => envelope(event, index + 1, at))));
  assert.equal(open?.started, "never"); // it may have run there: it isn't run here
});

test("a conversation that came to its end is one that was completed", () => {
  const read = readOrFail(
    lines(codex("session_meta", { id: "1", cwd: "/home/dev/proj" }), codexSays("user", "hi"), codexSays("assistant", "Hello.")),
  );
  const last = read.told.at(-1)?.event;
  assert.equal(last?.type === "run.ended" && last.reason, "completed");
});

const codex = (type: string, payload: object): object => ({ timestamp: "2026-11-20T10:00:00.000Z", type, payload });
const codexSays = (role: string, words: string): object =>
  codex("response_item", { type: "message", role, content: [{ type: role === "user" ? "input_text" : "output_text", text: words }] });

test("a rollout of Codex folds into the conversation it was, without what its program put in front", () => {
  const read = readOrFail(
    lines(
      codex("session_meta", { id: "1", cwd: "/home/dev/proj" }),
      codexSays("developer", "rules"),
      codexSays("user", "<environment_context>\n<cwd>/home/dev/proj</cwd>\n</environment_context>"),
      codexSays("user", "list the files"),
      codex("response_item", { type: "reasoning", encrypted_content: "x" }),
      codex("response_item", { type: "function_call", name: "shell", arguments: '{"command":["ls"]}', call_id: "c1" }),
      codex("response_item", { type: "function_call_output", call_id: "c1", output: "a.txt" }),
      codexSays("assistant", "There is a.txt."),
      codex("event_msg", { type: "agent_message", message: "There is a.txt." }),
    ),
  );
  assert.equal(read.format, "codex");
  assert.equal(read.cwd, "/home/dev/proj");
  assert.deepEqual(shapeOf(viewIn(read)), [
    "user: text list the files",
    "assistant: tool_use shell",
    "user: tool_result",
    "assistant: text There is a.txt.",
  ]);
});

test("where a rollout was compacted, its summary stands in place of what it sums up", () => {
  const read = readOrFail(
    lines(
      codex("session_meta", { cwd: "/p" }),
      codexSays("user", "one"),
      codexSays("assistant", "two"),
      codex("compacted", { message: "They said one and two." }),
      codexSays("user", "three"),
    ),
  );
  assert.deepEqual(shapeOf(viewIn(read)), ["user: text They said one and two., text three"]);
});

test("what is no transcript is said in one line that names the file", () => {
  assert.match(String(readTranscript("hello\n{}\n", "notes.txt")), /notes\.txt is no transcript .* keel, claude, codex/);
});

test("an exported log is taken in as it stood", () => {
  const events: readonly Event[] = [
    { type: "context.added", from: "user", content: [{ type: "text", text: "hi" }] },
    { type: "turn.started", turn: 0, because: "prompt" },
    { type: "block.completed", messageId: "m", index: 0, block: { type: "text", text: "hello" } },
  ];
  const envelopes = events.map((event, index) => envelope(event, index + 1, 7));
  const read = readOrFail(lines({ keel: 1, session: "s", cwd: "/p" }, ...envelopes));
  assert.equal(read.cwd, "/p");
  assert.deepEqual(
    read.told,
    events.map((event) => ({ at: 7, event })),
  );
  assert.deepEqual(viewIn(read), messagesOf(viewOf(envelopes)));
});

test("a printed session can't break out of its page", async () => {
  const events: readonly Event[] = [
    { type: "context.added", from: "user", content: [{ type: "text", text: "<script>alert(1)</script> ```" }] },
    {
      type: "block.completed",
      messageId: "m",
      index: 0,
      block: { type: "tool_use", id: "t", name: "Bash", input: { command: "echo '```'" } },
    },
    {
      type: "call.completed",
      callId: "t",
      outcome: "ok",
      ms: 1,
      result: { type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: "```\nx" }] },
    },
  ];
  const passages = await Array.fromAsync(storyOf(stream(events.map((event, index) => envelope(event, index + 1)))));
  const page = passages.map(html.passage).join("");
  assert.doesNotMatch(page, /<script>/);
  const written = passages.map(markdown.passage).join("");
  assert.match(written, /````\n```\nx\n````/, "its fence is longer than any in the text");
});

async function* stream(envelopes: readonly Envelope[]): AsyncGenerator<Envelope> {
  yield* envelopes;
}

test("what looks like a secret is hidden, and what doesn't stays", () => {
  const hidden = [
    "sk-ant-api03-abcdefghijklmnopqrstuvwx",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "AKIAIOSFODNN7EXAMPLE",
    "password = hunter2hunter2",
    "https://user:topsecret@example.org/x",
    "Authorization: Bearer abcdefghij.klmnop",
    "q9Zx7Lk2Vb8Nm4Rt6Yw1Pd3Hs5Jf0GcAeUiOyTrEwQ",
  ];
  for (const words of hidden) assert.match(redact(words), /\[hidden\]/, words);
  const kept = [
    "d7ac722f0e6b4a1c9d8e7f6a5b4c3d2e1f0a9b8c",
    "/home/dev/proj/packages/harness/src/transcripts/Read2.test.ts",
    "the password is asked for in the dialog",
    "tokens: 1200",
  ];
  for (const words of kept) assert.equal(redact(words), words);
});
