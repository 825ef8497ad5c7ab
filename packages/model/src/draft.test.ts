import assert from "node:assert/strict";
import { text, type Block, type Message } from "@keelson/protocol";
import { describe, test } from "vitest";
import { Drafts } from "./drafts.ts";
import { asking, assistant, BODY, copied, MARK, result, sent, talk, use, user, watched, whole } from "./fixtures/conversation.ts";

function shared(a: Uint8Array, b: Uint8Array): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

describe("a body", () => {
  test("is model, tools, system, messages, the rest as it came, output limit, stream", () => {
    const body = { metadata: { user_id: "u" }, ...BODY, model: "no", messages: "no", max_tokens: 1, stream: false };
    assert.equal(
      sent(new Drafts(), asking([user(text("a"))], body), false).toString(),
      `{"model":"big","tools":${JSON.stringify(BODY["tools"])},"system":${JSON.stringify(BODY["system"])},` +
        `"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}],` +
        `"metadata":{"user_id":"u"},"thinking":{"type":"adaptive"},"max_tokens":100,"stream":true}`,
    );
    assert.equal(sent(new Drafts(), asking([], {})).toString(), '{"model":"big","messages":[],"max_tokens":100,"stream":true}');
  });

  test("has every sign as JSON.stringify has it, whatever the buffer's edge cuts through", () => {
    const drafts = new Drafts();
    const signs = [
      "Grüße, 世界 👩‍🚀!\n",
      '\u0000\u001f"\\/',
      "\u2028\u2029\ufeff",
      "\ud83d",
      "\udc00x",
      "𝒳".repeat(20_000),
      "é".repeat(40_001),
    ];
    let messages: readonly Message[] = [];
    for (const [at, words] of signs.entries()) {
      messages = [
        ...messages,
        user(text(words)),
        assistant({ type: "tool_use", id: words.slice(0, 9), name: "x", input: { [words]: at } }),
      ];
      assert.equal(sent(drafts, asking(messages)).toString(), whole(asking(messages)));
    }
  });

  test("stays the same bytes as long as it is lent out, whatever is written meanwhile", () => {
    const drafts = new Drafts();
    const messages = talk(5);
    const written = drafts.write(asking(messages), true);
    const before = copied(written.bytes);
    const others = [
      talk(1),
      [...messages, assistant(text("b")), user(text("c"))],
      messages.slice(0, 4),
      [...messages.slice(0, 3), user(text("d"))],
    ];
    for (const other of [...others, messages]) {
      assert.equal(sent(drafts, asking(other)).toString(), whole(asking(other)));
      assert.equal(sent(drafts, { ...asking(other), model: "small" }).toString(), whole({ ...asking(other), model: "small" }));
      assert.ok(before.equals(written.bytes));
    }
    written[Symbol.dispose]();
    written[Symbol.dispose]();
    assert.equal(sent(drafts, asking(messages)).toString(), whole(asking(messages)));
  });

  test("grows in place once it is given back", () => {
    const drafts = new Drafts();
    const turns = talk(8);
    const places = new Set<ArrayBufferLike>();
    for (let length = 1; length <= turns.length; length += 2) {
      using written = drafts.write(asking(turns.slice(0, length)), true);
      places.add(written.bytes.buffer);
    }
    assert.equal(places.size, 1);
  });

  test("has nothing of a branch, even where both share what then grows in one of them", () => {
    const drafts = new Drafts();
    const turns = talk(4);
    sent(drafts, asking(turns));
    const back = turns.slice(0, 3);
    sent(drafts, asking(back));
    const last = back.at(-1) ?? user();
    const grown = [...back.slice(0, -1), user(...last.content, text("more"))];
    sent(drafts, asking(grown));
    for (const messages of [[...grown, ...turns.slice(3)], turns, [...grown, assistant(text("b")), user(text("c"))], back])
      assert.equal(sent(drafts, asking(messages)).toString(), whole(asking(messages)));
  });

  test("grows from a message without a block too", () => {
    const drafts = new Drafts();
    for (const messages of [
      [user(text("a")), assistant()],
      [user(text("a")), assistant(text("b"))],
    ])
      assert.equal(sent(drafts, asking(messages)).toString(), whole(asking(messages)));
  });

  test("isn't spoiled by a message that can't be written", () => {
    const drafts = new Drafts();
    const turns = talk(3);
    const unwritable = watched(text("never"), () => {
      throw new Error("unwritable");
    });
    for (const bad of [
      [...turns, assistant(unwritable)],
      [...turns.slice(0, -1), user(...(turns.at(-1)?.content ?? []), unwritable)],
    ]) {
      sent(drafts, asking(turns));
      assert.throws(() => drafts.write(asking(bad), true), /unwritable/);
      assert.equal(sent(drafts, asking(turns)).toString(), whole(asking(turns)));
    }
  });

  test("takes the same blocks in another role for another message", () => {
    const drafts = new Drafts();
    const words = [text("a")];
    for (const messages of [[user(...words)], [{ role: "assistant", content: words } as const], [user(...words)]])
      assert.equal(sent(drafts, asking(messages)).toString(), whole(asking(messages)));
  });

  test("begins with all of the one before it: without marks up to its end, with marks up to the first of them", () => {
    for (const marked of [false, true]) {
      const drafts = new Drafts();
      const turns = talk(20);
      let before = sent(drafts, asking(turns.slice(0, 3)), marked);
      for (let length = 5; length <= turns.length; length += 2) {
        const next = sent(drafts, asking(turns.slice(0, length)), marked);
        const upTo = marked ? before.indexOf(',"cache_control"', before.indexOf('"messages"')) : before.lastIndexOf('],"thinking"');
        assert.ok(shared(before, next) >= upTo);
        before = next;
      }
      assert.ok(before.length > 5_000);
    }
  });
});

/** Numbers that look random and are the same each time (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

test.each([1, 2, 3, 4, 5, 6])("whatever happens to conversations, a body is what writing it anew gives (seed %i)", (seed) => {
  const roll = dice(seed);
  const drafts = new Drafts();
  const held: { readonly written: Disposable & { readonly bytes: Uint8Array }; readonly bytes: Buffer }[] = [];
  const talks: (readonly Message[])[] = [talk(2), talk(3)];
  let body = BODY;
  const words = (): Block => text(["a", "", "ü👩‍🚀", "x".repeat(roll(3_000))][roll(4)] ?? "");
  const block = (): Block =>
    [words(), result(`${roll(9)}`), { ...words(), ...MARK }, { type: "thinking", thinking: "…" }][roll(20) < 2 ? 2 + roll(2) : roll(2)] ??
    words();
  const changes: readonly ((messages: readonly Message[]) => readonly Message[])[] = [
    (messages) => [...messages, assistant(words(), use(`${roll(99)}`)), user(block(), block())],
    (messages) => [...messages, assistant(words()), user(block())],
    (messages) =>
      messages.map((message, at) => (at === messages.length - 1 ? { ...message, content: [...message.content, block()] } : message)),
    (messages) => messages.map((message, at) => (at === roll(messages.length) ? { ...message, content: [block()] } : message)),
    (messages) => messages.slice(0, 1 + 2 * roll(Math.ceil(messages.length / 2))),
    (messages) => messages.map(({ role, content }) => ({ role, content: [...content] })),
    (messages) => structuredClone(messages),
    (messages) => messages.slice(1 + roll(2)),
  ];
  for (let step = 0; step < 250; step++) {
    const at = roll(talks.length);
    const messages = changes[roll(changes.length)]?.(talks[at] ?? []) ?? [];
    if (roll(12) === 0) talks.push(messages);
    else talks[at] = messages;
    if (roll(15) === 0)
      body = roll(2) === 0 ? { ...body, tools: [{ name: `${roll(9)}`, ...(roll(2) === 0 && MARK) }] } : structuredClone(body);
    if (roll(15) === 0) body = { ...body, metadata: { user_id: `${roll(9)}` }, ...(roll(3) === 0 && MARK) };
    const request = { model: roll(8) === 0 ? "small" : "big", messages, maxTokens: 1 + roll(9), body };
    const marked = roll(6) > 0;
    const written = drafts.write(request, marked);
    assert.equal(Buffer.from(written.bytes).toString(), whole(request, marked), `step ${step}`);
    held.push({ written, bytes: copied(written.bytes) });
    for (const one of held) assert.ok(one.bytes.equals(one.written.bytes), `what was lent out before step ${step}`);
    while (held.length > roll(4)) held.shift()?.written[Symbol.dispose]();
  }
});
