import type { Envelope, Event } from "@keelson/protocol";
import { expect, test } from "vitest";
import { paint } from "./paint.ts";
import { Renderer } from "./render.ts";

const delta = (text: string, index = 0): Event => ({ type: "block.delta", messageId: "m", index, kind: "text", delta: text, at: 0 });
const said = (text: string, index = 0): Event => ({ type: "block.completed", messageId: "m", index, block: { type: "text", text } });
const used = (id: string, name: string, input: Record<string, string>): Event => ({
  type: "block.completed",
  messageId: "m",
  index: 9,
  block: { type: "tool_use", id, name, input },
});
const started = (callId: string): Event => ({ type: "call.started", callId, input: {}, replay: "never" });
const done = (callId: string, text: string, more: Partial<Extract<Event, { type: "call.completed" }>> = {}): Event => ({
  type: "call.completed",
  callId,
  outcome: "ok",
  result: { type: "tool_result", tool_use_id: callId, content: [{ type: "text", text }] },
  ms: 1,
  ...more,
});
const END: Event = { type: "run.ended", reason: "completed", totals: {} };

function shown(events: readonly Event[], options: { words?: boolean; colours?: boolean; path?: readonly string[] } = {}): string {
  const renderer = new Renderer(() => ({ paint: paint(options.colours ?? false), width: 60, cwd: "/project" }), options.words ?? true);
  const seal = (event: Event): Envelope => ({ v: 1, at: 0, session: "s", run: "r", path: options.path ?? [], event });
  return events.map((event) => renderer.show(seal(event))).join("");
}

test("streamed text comes out as it comes in, once, and ends its line", () => {
  expect(shown([delta("Hel"), delta("lo."), said("Hello."), END])).toBe("Hello.\n");
});

test("text that wasn't streamed is shown when it is whole", () => {
  expect(shown([said("Hello."), END])).toBe("Hello.\n");
});

test("a skill that the model starts is shown by its name", () => {
  expect(shown([used("c", "Skill", { skill: "kit:tidy", args: "the kitchen" }), started("c"), done("c", "It is started."), END])).toMatch(
    /^● Skill kit:tidy\n/,
  );
});

test("a call is a line, its result a short one below, and text stands apart from both", () => {
  const events = [
    delta("I look."),
    said("I look."),
    used("c", "Read", { file_path: "/project/src/a.ts" }),
    started("c"),
    done("c", "1\n2\n3"),
    delta("Done.", 1),
    said("Done.", 1),
    END,
  ];
  expect(shown(events)).toBe("I look.\n\n● Read src/a.ts\n  └ 3 lines\n\nDone.\n");
});

test("a result that comes behind another call says whose it is", () => {
  const events = [
    used("a", "Grep", { pattern: "x" }),
    used("b", "Read", { file_path: "b.ts" }),
    started("a"),
    started("b"),
    done("a", "a.ts:1"),
    done("b", "one"),
  ];
  expect(shown(events)).toBe("● Grep x\n● Read b.ts\n  └ Grep x → a.ts:1\n  └ 1 line\n");
});

test("a call that was denied is shown, though it never started", () => {
  expect(shown([used("c", "Bash", { command: "rm -rf /" }), done("c", "Not allowed.", { outcome: "denied" })])).toBe(
    "● Bash rm -rf /\n  └ Not allowed.\n",
  );
});

test("of a long output the end is shown, of a long list the beginning", () => {
  const long = Array.from({ length: 20 }, (_, at) => `line ${at + 1}`).join("\n");
  expect(shown([used("c", "Bash", { command: "x" }), started("c"), done("c", long)])).toMatch(
    /^● Bash x\n  └ … 14 more lines\n    line 15\n[^]*    line 20\n$/,
  );
  expect(shown([used("c", "Grep", { pattern: "x" }), started("c"), done("c", long)])).toBe(
    "● Grep x\n  └ line 1\n    line 2\n    line 3\n    … 17 more lines\n",
  );
});

test("an edit shows its diff instead of its words", () => {
  const patch = "Index: a.ts\n===\n--- a.ts\n+++ a.ts\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";
  const events = [
    used("c", "Edit", { file_path: "a.ts" }),
    started("c"),
    done("c", "Edited.", { display: { kind: "diff", path: "a.ts", patch } }),
  ];
  expect(shown(events)).toBe("● Edit a.ts\n  └ +1 -1\n     one\n    -two\n    +TWO\n     three\n");
  expect(shown(events, { colours: true })).toContain("\u001b[32m+TWO\u001b[39m");
});

test("nothing that a model, a tool or a notice says can move the cursor or set the clipboard", () => {
  const evil = "\u001b]52;c;eA==\u0007\u001b[2J";
  const events: Event[] = [
    delta(evil),
    said(evil),
    used("c", `Bash${evil}`, { command: evil }),
    started("c"),
    done("c", evil, { display: { kind: "diff", path: "a", patch: `@@ -1 +1 @@\n+${evil}` } }),
    done("c", evil, { outcome: "error" }),
    { type: "notice.raised", severity: "warning", code: "x", text: evil },
    { type: "recovery.attempted", because: evil, attempt: 1, waitMs: 1 },
  ];
  // oxlint-disable-next-line no-control-regex
  expect(shown(events)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
});

test("a wait says why and how long", () => {
  expect(shown([{ type: "recovery.attempted", because: "overloaded", attempt: 2, waitMs: 2_000 }])).toBe(
    "the model is overloaded, next try in 2 s (2/3)\n",
  );
});

test("text that was shown and taken back is marked", () => {
  expect(shown([delta("half an ans"), { type: "reply.dropped", messageId: "m", because: "stream_cut" }])).toMatch(
    /^half an ans\n\n\(.*cut.*\)\n$/,
  );
});

test("a reply that starts anew after one was dropped is shown whole", () => {
  const again: Event = { type: "block.delta", messageId: "m2", index: 0, kind: "text", delta: "whole", at: 0 };
  expect(shown([delta("half"), { type: "reply.dropped", messageId: "m", because: "stream_cut" }, again])).toMatch(/\n\nwhole$/);
});

test("without words only what is done is shown", () => {
  expect(
    shown([delta("I look."), said("I look."), used("c", "Read", { file_path: "a" }), started("c"), done("c", "x")], { words: false }),
  ).toBe("● Read a\n  └ 1 line\n");
});

test("a sub-agent is seen through the call that runs it", () => {
  expect(shown([delta("from below"), started("c")], { path: ["child"] })).toBe("");
});
