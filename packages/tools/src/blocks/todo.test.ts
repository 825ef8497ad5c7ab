import { strict as assert } from "node:assert";
import { describe, test } from "vitest";
import { createBoard } from "../tasks/board.ts";
import { dataOf, openWorld } from "../../test/world.ts";

const FIRST = [
  { content: "Look", status: "completed" },
  { content: "Change", status: "in_progress", activeForm: "Changing" },
  { content: "Test", status: "pending" },
];

describe("TodoWrite", () => {
  test("keeps the list, answers with it, and shows it to people", async () => {
    const board = createBoard();
    await using world = await openWorld({ board });
    const answer = await world.call("TodoWrite", { todos: FIRST });
    assert.equal(answer.text, "[x] Look\n[>] Change\n[ ] Test");
    assert.deepEqual(answer.output.display, { kind: "todos", todos: FIRST });
    assert.deepEqual(board.listed(""), FIRST);
  });

  test("replaces the whole of it, and tells what it was", async () => {
    await using world = await openWorld({ board: createBoard() });
    await world.call("TodoWrite", { todos: FIRST });
    const answer = await world.call("TodoWrite", { todos: [] });
    assert.equal(answer.text, "The list is empty.");
    assert.deepEqual(dataOf(answer), { oldTodos: FIRST, newTodos: [] });
  });

  test("understands a list that is written as text", async () => {
    await using world = await openWorld();
    assert.match((await world.call("TodoWrite", { todos: JSON.stringify(FIRST) })).text, /\[>\] Change/);
  });

  test("touches nothing, and may run again", async () => {
    await using world = await openWorld();
    const bound = world.bind("TodoWrite", { todos: FIRST });
    assert.ok(bound.ok);
    assert.deepEqual([bound.call.effects, bound.call.readOnly, bound.call.replay], [[], true, "safe"]);
  });

  test("belongs to its session", async () => {
    await using one = await openWorld({ board: createBoard() });
    await using other = await openWorld({ board: createBoard() });
    await one.call("TodoWrite", { todos: FIRST });
    assert.deepEqual(dataOf(await other.call("TodoWrite", { todos: [] }))["oldTodos"], []);
  });
});
