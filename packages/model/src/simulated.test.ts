import assert from "node:assert/strict";
import { isToolUse, text, type Message } from "@keelson/protocol";
import { simulate, type ReplyBlock } from "@keelson/simulator";
import { realClock, testModel } from "@keelson/testing";
import { test } from "vitest";
import { lookUp } from "./catalog.ts";
import { connect } from "./connect.ts";
import { DIALECTS } from "./dialect.ts";
import { hear, PROMPT, REQUEST } from "./fixtures/endpoint.ts";
import { shape } from "./shape.ts";

const client = (baseUrl: string) => connect({ dialect: DIALECTS.anthropic, baseUrl, apiKey: "simulated", clock: realClock });

testModel("connect, against the simulator", async () => {
  const blocks: readonly ReplyBlock[] = [{ text: "I'll look." }, { tool: "Read", input: { path: "a" } }];
  const answering = await simulate({ replies: [{ blocks }], after: "repeat_last" });
  const failing = await simulate({ replies: [{ error: { status: 529 } }] });
  const hanging = await simulate({ replies: [{ blocks, stall: { afterBlock: 0 } }] });
  const servers = [answering, failing, hanging];
  return {
    answering: client(answering.url),
    failing: client(failing.url),
    hanging: client(hanging.url),
    requests: () => servers.reduce((sum, { requests }) => sum + requests.length, 0),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
});

test("what a model said is taken back, turn after turn, marks and all", async () => {
  const blocks: readonly ReplyBlock[] = [
    { thinking: "Hm." },
    { text: "\n" },
    { tool: "Read", input: { path: "a" }, id: "same" },
    { text: " " },
  ];
  await using server = await simulate({ replies: () => ({ blocks, stop: "tool_use" }) });
  const body = shape({
    dialect: DIALECTS.anthropic,
    model: lookUp("opus"),
    system: { fixed: "You are keel.", live: "cwd: /a" },
    tools: [{ name: "Read", description: "Reads.", inputSchema: { type: "object" }, bind: () => ({ ok: false, error: "" }) }],
  });
  let messages: readonly Message[] = PROMPT;
  for (let turn = 0; turn < 4; turn++) {
    const { parts, error } = await hear(client(server.url), { ...REQUEST, messages, body });
    assert.equal(error, undefined);
    const said = parts.flatMap((part) => (part.type === "block.completed" ? [part.block] : []));
    const results = said.filter(isToolUse).map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: [text("ok")] }));
    assert.equal(results.length, 1);
    messages = [...messages, { role: "assistant", content: said }, { role: "user", content: results }];
  }
  assert.equal(server.requests.length, 4);
});
