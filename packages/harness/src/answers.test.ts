import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "@keelson/protocol";
import type { Answer, Question } from "./house.ts";
import { test } from "vitest";
import { call, ended, messagesIn, outcomes, run, world } from "../test/world.ts";

test("nobody to ask: what would be asked is denied, the model is told, and the run goes on", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Bash", { command: "touch x && rm x" })] }, { blocks: [{ text: "I can't." }] }],
  });
  await using session = await w.open();
  const envelopes = await run(session, "do it");
  assert.equal(ended(envelopes), "completed");
  assert.deepEqual(outcomes(envelopes), ["denied"]);
  const judged = envelopes.flatMap(({ event }) => (event.type === "call.judged" ? [event.decision] : []));
  assert.equal(judged[0]?.behavior, "deny");
});

test("a question is in the log before it is asked, and its answer decides; always holds for the session", async () => {
  await using w = await world({
    replies: [
      { blocks: [call("Write", { file_path: "a.txt", content: "a" })] },
      { blocks: [call("Write", { file_path: "a.txt", content: "b" })] },
      { blocks: [call("Bash", { command: "cp a.txt b.txt" })] },
      { blocks: [{ text: "ok" }] },
    ],
  });
  const answers: Answer[] = [
    { behavior: "allow", scope: "once" },
    { behavior: "allow", scope: "session" },
    { behavior: "deny", message: "use Read" },
  ];
  const asked: Question[] = [];
  await using session = await w.open(
    {},
    {
      ask: async (question) => {
        asked.push(question);
        return answers.shift() ?? { behavior: "deny" };
      },
    },
  );
  const envelopes = await run(session, "write it");
  assert.deepEqual(
    asked.map(({ tool }) => tool),
    ["Write", "Write", "Bash"],
  );
  assert.deepEqual(outcomes(envelopes), ["ok", "ok", "denied"]);
  assert.deepEqual(
    envelopes
      .map(({ event }) => event.type)
      .filter((type) => type.startsWith("ask.") || type === "call.judged" || type === "call.started")
      .slice(0, 4),
    ["ask.opened", "ask.answered", "call.judged", "call.started"],
  );
  assert.match(JSON.stringify(messagesIn(w.server, 3)), /use Read/);
});

test("a final answer that must fit a schema is asked for again until it does, and stands in the end's totals", async () => {
  const schema = { type: "object", properties: { port: { type: "integer" } }, required: ["port"], additionalProperties: false };
  await using w = await world({
    replies: [
      { blocks: [{ text: "It is 80." }] },
      { blocks: [{ text: '{"port":"80"}' }] },
      { blocks: [{ text: '```json\n{"port": 80}\n```' }] },
    ],
  });
  await using session = await w.open({ jsonSchema: schema });
  const envelopes = await run(session, "which port?");
  assert.deepEqual(
    envelopes.flatMap(({ event }) => (event.type === "run.ended" ? [event.reason, event.totals["structured"]] : [])),
    ["completed", { port: 80 }],
  );
  assert.match(JSON.stringify(messagesIn(w.server, 2)), /port must be integer/);
  await assert.rejects(w.open({ jsonSchema: { type: "nonsense" } }), /JSON Schema can't be used/);
});

test("an answer that never fits ends the run by name", async () => {
  await using w = await world({ replies: [{ blocks: [{ text: "no" }] }], after: "repeat_last" });
  await using session = await w.open({ jsonSchema: { type: "object" } });
  assert.equal(ended(await run(session, "go")), "structured_output_retry_exhausted");
  assert.equal(w.server.requests.length, 6);
});

test("another model and another mode hold from the next turn and call on, and the log says so", async () => {
  await using w = await world({
    replies: [
      { blocks: [call("Write", { file_path: "a.txt", content: "a" })] },
      { blocks: [call("Write", { file_path: "b.txt", content: "b" })] },
      { blocks: [{ text: "ok" }] },
    ],
  });
  await using session = await w.open({ model: "one" });
  const changes: unknown[] = [];
  for await (const { event } of session.run([text("go")], new AbortController().signal)) {
    if (event.type === "call.completed" && event.outcome === "denied") {
      session.setMode("acceptEdits");
      assert.equal(session.setModel("two"), undefined);
    }
    if (event.type === "session.changed") changes.push(event.change);
  }
  assert.deepEqual(
    w.server.requests.map(({ body }) => body["model"]),
    ["one", "two", "two"],
  );
  assert.deepEqual(
    changes.filter((change) => !Object.hasOwn(Object(change), "files")),
    [{ mode: "acceptEdits", model: "two" }],
  );
  assert.equal(await readFile(join(w.cwd, "b.txt"), "utf8"), "b");
});

test("what a user puts in place of an input is judged again: it can't pass a deny rule", async () => {
  await using w = await world({
    replies: [
      { blocks: [call("Write", { file_path: "a.txt", content: "a" })] },
      { blocks: [call("Write", { file_path: "a.txt", content: "a" })] },
      { blocks: [{ text: "ok" }] },
    ],
  });
  const inputs = [
    { file_path: join(w.cwd, "other.txt"), content: "changed" },
    { file_path: join(w.cwd, "secret.txt"), content: "x" },
  ];
  await using session = await w.open(
    { disallowedTools: ["Edit(secret.txt)"] },
    { ask: async () => ({ behavior: "allow", scope: "once", input: inputs.shift() ?? {} }) },
  );
  assert.deepEqual(outcomes(await run(session, "go")), ["ok", "denied"]);
  assert.equal(await readFile(join(w.cwd, "other.txt"), "utf8"), "changed");
});

test("a rule on a tool with a slip in its name is told, and one on a tool that comes later isn't", async () => {
  await using w = await world({ replies: [] });
  await using session = await w.open({ disallowedTools: ["Bsh", "WebFetch", "mcp__a__b"] });
  assert.deepEqual(
    session.problems.map((problem) => problem.text),
    ["The deny rule Bsh (flag) speaks of no tool that there is: did you mean Bash?"],
  );
});

test("a file that may not be read keeps no search from working, and is in none", async () => {
  await using w = await world(
    {
      replies: [
        {
          blocks: [
            call("Grep", { pattern: "key", output_mode: "content" }),
            call("Glob", { pattern: "*" }),
            call("Read", { file_path: ".env" }),
          ],
        },
        { blocks: [{ text: "ok" }] },
      ],
    },
    { ".env": "key=secret\n", "a.txt": "key of the door\n" },
  );
  await using session = await w.open({ disallowedTools: ["Read(.env)"] });
  assert.deepEqual(outcomes(await run(session, "go")).toSorted(), ["denied", "ok", "ok"]);
  const told = JSON.stringify(messagesIn(w.server, 1));
  assert.match(told, /key of the door/);
  assert.ok(!told.includes("secret"));
});

test("a schema of an older draft is read as what it is, and a format counts", async () => {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { day: { type: "string", format: "date" } },
    required: ["day"],
  };
  await using w = await world({ replies: [{ blocks: [{ text: '{"day":"some day"}' }] }, { blocks: [{ text: '{"day":"2026-11-20"}' }] }] });
  await using session = await w.open({ jsonSchema: schema });
  assert.equal(ended(await run(session, "which day?")), "completed");
  assert.match(JSON.stringify(messagesIn(w.server, 1)), /must match format/);
});

test("a prompt that is too large for the log is refused, and the next one isn't", async () => {
  await using w = await world({ replies: [{ blocks: [{ text: "hi" }] }] });
  await using session = await w.open();
  await assert.rejects(run(session, "x".repeat(17 * 1024 * 1024)), /16777216|bytes/);
  assert.equal(ended(await run(session, "hi")), "completed");
});

test("a tool to be offered that isn't there is told", async () => {
  await using w = await world({ replies: [] });
  await using session = await w.open({ tools: ["Read", "Nope"] });
  assert.deepEqual([session.tools, session.problems.length], [["Read"], 1]);
});

test("a model chosen between two runs isn't sent what another one thought", async () => {
  await using w = await world({ replies: [{ blocks: [{ thinking: "hm" }, { text: "one" }] }, { blocks: [{ text: "two" }] }] });
  await using session = await w.open({ model: "one" });
  await run(session, "first");
  session.setModel("two");
  await run(session, "second");
  assert.equal(w.server.requests[1]?.body["model"], "two");
  assert.ok(!JSON.stringify(messagesIn(w.server, 1)).includes("thinking"));
});
