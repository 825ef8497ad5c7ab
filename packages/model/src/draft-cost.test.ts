import assert from "node:assert/strict";
import { text, type Message } from "@keelson/protocol";
import { describe, test } from "vitest";
import { Drafts } from "./drafts.ts";
import { asking, assistant, BODY, sent, talk, user, watched, whole } from "./fixtures/conversation.ts";

describe("what a turn costs", () => {
  const looking = () => {
    let looks = 0;
    return {
      watch: (message: Message): Message => ({ ...message, content: message.content.map((block) => watched(block, () => looks++)) }),
      /** Looks since the last time. */
      looks: () => {
        const seen = looks;
        looks = 0;
        return seen;
      },
    };
  };

  test("is its own blocks' alone, at turn 2,400 as at turn 3: nothing that was said before is looked at again", () => {
    const { watch, looks } = looking();
    const drafts = new Drafts();
    const turns = talk(2_400).map(watch);
    const costs = new Set<number>();
    for (let length = 3; length <= turns.length; length += 2) {
      using _ = drafts.write(asking(turns.slice(0, length)), true);
      const cost = looks();
      if (length > 3) costs.add(cost);
    }
    assert.equal(costs.size, 1);
    assert.equal(sent(drafts, asking(turns)).toString(), whole(asking(turns)));
  });

  test("is nothing when the same is asked again, or made anew of the same blocks", () => {
    const { watch, looks } = looking();
    const drafts = new Drafts();
    const turns = talk(10).map(watch);
    const body = { ...BODY, tools: watch(user({ type: "custom", name: "Read" })).content };
    sent(drafts, asking(turns, body));
    looks();
    sent(drafts, asking(turns, body));
    sent(drafts, { ...asking(turns, { ...body }), maxTokens: 7 });
    assert.equal(looks(), 0);
    sent(drafts, { ...asking(turns), model: "small" });
    const anew = turns.map(({ role, content }) => watched({ role, content: [...content] }, () => compared++));
    let compared = 0;
    sent(drafts, asking(anew));
    assert.equal(looks(), 0);
    compared = 0;
    sent(drafts, asking(anew));
    assert.ok(compared < 5, "nor are all of them compared again");
  });

  test("is the added blocks' alone when the last message grows", () => {
    const { watch, looks } = looking();
    const drafts = new Drafts();
    const turns = talk(10).map(watch);
    const more = watch(user(text("more")));
    sent(drafts, asking([...turns, assistant(text("b")), more]));
    looks();
    sent(new Drafts(), asking([more]));
    const alone = looks();
    const last = turns.at(-1) ?? user();
    sent(drafts, asking(turns));
    looks();
    sent(drafts, asking([...turns.slice(0, -1), user(...last.content, ...more.content)]));
    assert.equal(looks(), alone);
  });

  test("is what stands from the change on, when a message in the middle is another", () => {
    const { watch, looks } = looking();
    const drafts = new Drafts();
    const turns = talk(10).map(watch);
    sent(drafts, asking(turns));
    looks();
    sent(new Drafts(), asking(turns.slice(-3)));
    const three = looks();
    sent(
      drafts,
      asking([
        ...turns.slice(0, -3),
        ...turns.slice(-3).map(({ role, content }) => ({ role, content: content.map((block) => ({ ...block })) })),
      ]),
    );
    looks(); // of the copying
    const edited = [...turns.slice(0, -3), watch(user(text("?"))), ...turns.slice(-2)];
    sent(drafts, asking(edited));
    assert.ok(looks() <= three);
  });

  test("isn't paid twice by conversations that take turns, nor by one that branches off", () => {
    const { watch, looks } = looking();
    const drafts = new Drafts();
    const [one, other] = [talk(30).map(watch), talk(30).map(watch)];
    sent(drafts, asking(one));
    sent(drafts, asking(other));
    looks();
    const branch = [...one.slice(0, 21), assistant(text("b")), user(text("c"))];
    for (let round = 0; round < 5; round++)
      for (const messages of [one, other, branch]) assert.equal(sent(drafts, asking(messages)).length > 1_000, true);
    assert.equal(looks(), 0);
  });

  test("is paid again by a conversation that rested while 16 MB of others went by: memory has a bound", () => {
    const { watch, looks } = looking();
    const drafts = new Drafts();
    const resting = talk(3).map(watch);
    const before = sent(drafts, asking(resting));
    looks();
    for (let at = 0; at < 9; at++) sent(drafts, asking([user(text(`${at}`.repeat(2_000_000)))]));
    assert.ok(before.equals(sent(drafts, asking(resting))));
    assert.ok(looks() > 0);
  });
});
