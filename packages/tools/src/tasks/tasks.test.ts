import { strict as assert } from "node:assert";
import { describe, test } from "vitest";
import { openWorld } from "../../test/world.ts";
import type { Agents, Work } from "../agents/ports.ts";
import { createBoard, type BoardState } from "./board.ts";

const STEP = { subject: "Run the tests", description: "npm test passes" };

describe("the board of tasks", () => {
  test("is shared: what one agent puts there another one sees, takes and completes", async () => {
    const board = createBoard();
    await using one = await openWorld({ board, agent: "" });
    await using other = await openWorld({ board, agent: "worker" });
    await one.call("TaskCreate", STEP);
    await other.call("TaskUpdate", { taskId: "1", owner: "worker", status: "in_progress" });
    assert.match((await one.call("TaskList", {})).text, /^1 \[in_progress\] Run the tests \(worker\)$/);
  });

  test("a task says what it waits for, until that is completed", async () => {
    await using world = await openWorld({ board: createBoard() });
    await world.call("TaskCreate", STEP);
    await world.call("TaskCreate", { ...STEP, subject: "Release" });
    await world.call("TaskUpdate", { taskId: "2", addBlockedBy: ["1"] });
    assert.match((await world.call("TaskGet", { taskId: "2" })).text, /waits for 1/);
    await world.call("TaskUpdate", { taskId: "1", status: "completed" });
    assert.doesNotMatch((await world.call("TaskGet", { taskId: "2" })).text, /waits/);
  });

  test("tasks can't wait for one another in a circle", async () => {
    await using world = await openWorld({ board: createBoard() });
    for (const subject of ["a", "b", "c"]) await world.call("TaskCreate", { ...STEP, subject });
    await world.call("TaskUpdate", { taskId: "2", addBlockedBy: ["1"] });
    await world.call("TaskUpdate", { taskId: "3", addBlockedBy: ["2"] });
    const refused = await world.call("TaskUpdate", { taskId: "1", addBlockedBy: ["3"] });
    assert.ok(refused.isError);
    assert.match(refused.text, /waits for task 1 already/);
    assert.ok((await world.call("TaskUpdate", { taskId: "1", addBlocks: ["1"] })).isError, "nor for itself");
  });

  test("a list of steps stands on it too, and a step is a task like any other", async () => {
    const board = createBoard();
    await using one = await openWorld({ board, agent: "" });
    await using other = await openWorld({ board, agent: "worker" });
    await one.call("TaskCreate", STEP);
    const listed = await other.call("TodoWrite", {
      todos: [
        { content: "Look", status: "in_progress" },
        { content: "Change", status: "pending" },
      ],
    });
    assert.equal(listed.text, "[>] Look\n[ ] Change\nAlso on the board:\n1 [pending] Run the tests");
    assert.equal(
      (await one.call("TaskList", {})).text,
      "1 [pending] Run the tests\n2 [in_progress] Look (worker)\n3 [pending] Change (worker)",
    );
    await one.call("TaskUpdate", { taskId: "1", addBlockedBy: ["2"] });
    await one.call("TaskUpdate", { taskId: "2", status: "completed" });
    await one.call("TaskUpdate", { taskId: "3", subject: "Change it" });
    assert.deepEqual(board.listed("worker"), [
      { content: "Look", status: "completed" },
      { content: "Change it", status: "pending" },
    ]);
    await other.call("TodoWrite", {
      todos: [
        { content: "Test", status: "pending", activeForm: "Testing" },
        { content: "Change it", status: "in_progress" },
      ],
    });
    assert.equal(
      (await one.call("TaskList", {})).text,
      "1 [pending] Run the tests\n3 [in_progress] Change it (worker)\n4 [pending] Test (worker)",
      "what isn't listed any more is off the board, what still is keeps its id",
    );
    assert.deepEqual(
      board.listed("worker").map(({ content }) => content),
      ["Test", "Change it"],
      "in the order of the list",
    );
    await one.call("TaskUpdate", { taskId: "4", status: "deleted" });
    assert.deepEqual(board.listed("worker"), [{ content: "Change it", status: "in_progress" }]);
  });

  test("a board that was kept with its lists apart is understood", () => {
    const board = createBoard();
    board.restore({ tasks: [], lists: { main: [{ content: "Look", status: "pending" }] }, last: 4 } as unknown as BoardState);
    assert.deepEqual(
      board.all().map(({ id, subject, owner }) => [id, subject, owner]),
      [["5", "Look", "main"]],
    );
    assert.deepEqual(board.listed("main"), [{ content: "Look", status: "pending" }]);
  });

  test("a task that is deleted is off the board, and nobody waits for it", async () => {
    const board = createBoard();
    await using world = await openWorld({ board });
    for (const subject of ["a", "b"]) await world.call("TaskCreate", { ...STEP, subject });
    await world.call("TaskUpdate", { taskId: "2", addBlockedBy: ["1"] });
    await world.call("TaskUpdate", { taskId: "1", status: "deleted" });
    assert.deepEqual(board.find("2")?.blockedBy, []);
    assert.match((await world.call("TaskGet", { taskId: "1" })).text, /No task has the id 1\. There are 2\./);
  });

  test("each change is told, and what was told brings the board back", async () => {
    const told: BoardState[] = [];
    const board = createBoard((state) => told.push(state));
    await using world = await openWorld({ board, agent: "main" });
    await world.call("TaskCreate", STEP);
    await world.call("TodoWrite", { todos: [{ content: "Look", status: "pending" }] });
    const next = createBoard();
    next.restore(told.at(-1) ?? next.state());
    assert.deepEqual(next.all(), board.all());
    assert.deepEqual(next.listed("main"), board.listed("main"));
    assert.equal(next.create({ ...STEP, owner: "", blockedBy: [], metadata: {} }).id, "3", "an id is never given twice");
  });
});

describe("what goes on in the background", () => {
  test("TaskOutput waits for a command's end and shows what it said; TaskStop ends one", async () => {
    await using world = await openWorld();
    const started = await world.call("Bash", { command: "echo out", run_in_background: true });
    const id = /bash_\w+/.exec(started.text)?.[0] ?? "";
    assert.match((await world.call("TaskOutput", { task_id: id })).text, /exit(ed|) ?(with)?.*0[\s\S]*out|ended[\s\S]*out/i);
    const endless = await world.call("Bash", { command: "sleep 100", run_in_background: true });
    const other = /bash_\w+/.exec(endless.text)?.[0] ?? "";
    assert.match((await world.call("TaskOutput", { task_id: other, block: false })).text, /running/);
    assert.match((await world.call("TaskStop", { task_id: other })).text, /Ended/);
  });

  test("an agent in the background is looked at and ended in the same way", async () => {
    let state = "running";
    const work: Work = {
      id: "agent_1",
      state: () => state,
      output: () => "It is plum.",
      done: Promise.resolve(),
      async stop() {
        state = "stopped";
      },
    };
    const agents: Pick<Agents, "find" | "all"> = { find: (id) => (id === work.id ? work : undefined), all: () => [work] };
    await using world = await openWorld({ agents: agents as Agents });
    assert.match((await world.call("TaskOutput", { task_id: "agent_1" })).text, /plum/);
    await world.call("TaskStop", { task_id: "agent_1" });
    assert.equal(state, "stopped");
    assert.match((await world.call("TaskOutput", { task_id: "x" })).text, /There are agent_1/);
  });
});

describe("questions to a person", () => {
  const QUESTION = { question: "Which?", header: "Which", options: [{ label: "a" }, { label: "b" }] };

  test("no mode and no rule answers them", async () => {
    await using world = await openWorld({ plan: { planning: () => true, enter() {}, leave() {} } });
    for (const [name, input] of [
      ["AskUserQuestion", { questions: [QUESTION] }],
      ["EnterPlanMode", {}],
      ["ExitPlanMode", { plan: "x" }],
    ] as const) {
      const bound = world.bind(name, input);
      assert.ok(bound.ok && bound.call.asksUser);
    }
  });

  test("the answers that a person filled in are read out to the model", async () => {
    await using world = await openWorld();
    const answer = await world.call("AskUserQuestion", { questions: [QUESTION], answers: { "Which?": "b" } });
    assert.match(answer.text, /Which\?\n {2}b/);
    assert.ok((await world.call("AskUserQuestion", { questions: [QUESTION] })).isError);
  });

  test("a plan can be shown only by who is planning", async () => {
    let planning = false;
    await using world = await openWorld({
      plan: { planning: () => planning, enter: () => void (planning = true), leave: () => void (planning = false) },
    });
    assert.match((await world.call("ExitPlanMode", { plan: "x" })).text, /aren't in plan mode/);
    await world.call("EnterPlanMode", {});
    assert.match((await world.call("ExitPlanMode", { plan: "x" })).text, /Carry it out/);
    assert.equal(planning, false);
  });
});
