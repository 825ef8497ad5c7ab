import { strict as assert } from "node:assert";
import { text } from "@keelson/protocol";
import { test } from "vitest";
import { openWorld } from "../../test/world.ts";
import type { Skills } from "./ports.ts";

const skills: Skills = {
  find: (name) => (name === "review" || name === "tools:review" ? { id: "tools:review", fork: false } : undefined),
  async *invoke(name, args) {
    yield { type: "progress", text: "loading\n" };
    return { content: [text(`${name} with ${args || "nothing"}`)] };
  },
};

test("a skill is judged under the name that rules speak of, whatever the model calls it by", async () => {
  await using world = await openWorld({ skills });
  for (const [called, id] of [
    ["review", "tools:review"],
    ["tools:review", "tools:review"],
    ["nothing", "nothing"],
  ] as const) {
    const bound = world.bind("Skill", { skill: called });
    assert.ok(bound.ok);
    assert.deepEqual(bound.call.effects, [{ do: "spawn", agent: id }]);
    assert.deepEqual(bound.call.input, { skill: called });
  }
});

test("it hands over the name and the arguments, and shows what the session does meanwhile", async () => {
  await using world = await openWorld({ skills });
  const answer = await world.call("Skill", { skill: "review", args: "src" });
  assert.deepEqual([answer.text, answer.progress, answer.isError], ["review with src", "loading\n", false]);
  assert.equal((await world.call("Skill", { skill: "review" })).text, "review with nothing");
});

test("where there are no skills it says so", async () => {
  await using world = await openWorld();
  const answer = await world.call("Skill", { skill: "review" });
  assert.equal(answer.isError, true);
  assert.match(answer.text, /no skills here/);
});
