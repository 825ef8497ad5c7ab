import assert from "node:assert/strict";
import { text, type Event } from "@keelson/protocol";
import { test } from "vitest";
import { digestOf, noteSkills, NO_SKILLS, skillEvent, type SkillMemory, type SkillNote } from "./memory.ts";
import { reattach } from "./reattach.ts";

const note = (id: string, words: string, how: SkillNote["how"] = "new"): Event => skillEvent({ id, digest: digestOf(words), how });
const added = (...words: readonly string[]): Event => ({ type: "context.added", from: "plugin", content: words.map(text) });
const started = (id: string, words: string): readonly Event[] => [note(id, words), added(words)];
const SUMMARY: Event = { type: "context.edited", tier: "autocompact", edits: [{ op: "fold", from: 0, to: 4, summary: "s" }] };
const after = (...events: readonly Event[]): SkillMemory => events.reduce(noteSkills, NO_SKILLS);
const ids = ({ started: all }: SkillMemory): string[] => all.map(({ id }) => id);

test("what was started is what the log told of and then brought, each skill by its latest text", () => {
  const memory = after(...started("a", "one"), ...started("b", "two"), ...started("a", "three"));
  assert.deepEqual(memory.started, [
    { id: "b", text: "two", from: "plugin" },
    { id: "a", text: "three", from: "plugin" },
  ]);
  assert.deepEqual(
    [...memory.counts],
    [
      ["a", 2],
      ["b", 1],
    ],
  );
  assert.ok(memory.present.has(digestOf("one")) && memory.present.has(digestOf("three")));
});

test("words that look like a skill's and weren't told of are no skill's; those told of may come later, among others", () => {
  assert.deepEqual(ids(after(added("one"))), []);
  assert.deepEqual(ids(after(note("a", "one"), added("else"))), []);
  assert.deepEqual(ids(after(note("a", "one"), added("else"), added("x", "one"))), ["a"]);
});

test("a note about the same text, and a fork, count and bring nothing", () => {
  const memory = after(...started("a", "one"), note("a", "one", "again"), note("f", "fork", "apart"), added("fork"));
  assert.deepEqual(
    [ids(memory), [...memory.counts]],
    [
      ["a"],
      [
        ["a", 2],
        ["f", 1],
      ],
    ],
  );
});

test("after a summary no text stands in the context, until it is brought back", () => {
  const memory = after(...started("a", "one"), SUMMARY);
  assert.deepEqual([memory.present.size, ids(memory)], [0, ["a"]]);
  const [back] = reattach(memory);
  assert.ok(back);
  const again = [skillEvent(back.note), added(back.text)].reduce(noteSkills, memory);
  assert.deepEqual([again.present.has(digestOf("one")), [...again.counts]], [true, [["a", 1]]]);
});

test("an edit that takes nothing away forgets nothing", () => {
  const strip: Event = { type: "context.edited", tier: "model_changed", edits: [{ op: "strip", what: "thinking" }] };
  assert.equal(after(...started("a", "one"), strip).present.size, 1);
});

test("what somebody else wrote into the log isn't taken for a note", () => {
  for (const skill of [7, "a", [], { id: "a" }, { id: "a", digest: 1, how: "new" }, { id: "a", digest: "x", how: "other" }])
    assert.deepEqual(after({ type: "session.changed", change: { skill } }), NO_SKILLS);
});

test("of each skill the first 5,000 tokens come back, newest first, 25,000 of all", () => {
  const letters = (count: number): string => "x".repeat(count);
  const long = ["a", "b", "c", "d", "e", "f"].flatMap((id) => started(id, id + letters(30_000)));
  const back = reattach(after(...long));
  assert.deepEqual(
    back.map(({ note: { id }, text: words }) => [id, words.length / 4]),
    [
      ["f", 5_000],
      ["e", 5_000],
      ["d", 5_000],
      ["c", 5_000],
      ["b", 5_000],
    ],
  );
  assert.deepEqual(
    reattach(after(...started("a", letters(100)), ...started("b", "short"))).map(({ text: words }) => words),
    ["short", letters(100)],
  );
});

test("a text that is cut ends with a whole letter", () => {
  const [back] = reattach(after(...started("a", `x${"ü".repeat(20_000)}`)));
  assert.equal(back?.text, `x${"ü".repeat(9_999)}`);
});
