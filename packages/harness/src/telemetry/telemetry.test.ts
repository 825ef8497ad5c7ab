/** A real session, a real SDK, a real collector on loopback. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { text, type Clock } from "@keelson/protocol";
import type { Script } from "@keelson/simulator";
import { afterEach, test } from "vitest";
import { collect, type Spanned } from "../../test/collector.ts";
import { call, world } from "../../test/world.ts";
import { openTelemetry } from "./open.ts";

const SCRIPT: Script = {
  replies: [
    { blocks: [{ text: "I look." }, call("Read", { file_path: "a.txt" }), call("Read", { file_path: "missing.txt" })] },
    { error: { status: 529 } },
    { blocks: [{ text: "The secret word is plum." }] },
  ],
};
const clock: Pick<Clock, "sleep"> = {
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};
const names = (spans: readonly Spanned[]): string[] => spans.map(({ name }) => name).toSorted();
const one = (spans: readonly Spanned[], name: string): Spanned => {
  const found = spans.filter((span) => span.name === name);
  assert.ok(found[0], `no span ${name} among ${names(spans).join(", ")}`);
  return found[0];
};

/** What the SDK itself reads of its environment. */
function pointAt(url: string): void {
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "none",
  });
}

afterEach(async () => {
  const { context, metrics, trace } = await import("@opentelemetry/api");
  for (const part of [context, metrics, trace]) part.disable();
});

async function tell(
  env: Readonly<Record<string, string>>,
): Promise<{ spans: readonly Spanned[]; resource: Readonly<Record<string, string>>; input: number; output: number }> {
  await using collector = await collect();
  pointAt(collector.url);
  await using w = await world(SCRIPT, { "a.txt": "plum\n" });
  const { telemetry } = await openTelemetry({ KEEL_TELEMETRY: "1", ...env }, "1.2.3", clock);
  assert.ok(telemetry);
  await using session = await w.open();
  const envelopes = session.run([text("What is the secret word?")], new AbortController().signal);
  for await (const _ of telemetry.trace(envelopes, { session: session.id, agent: "keel", host: "127.0.0.1" }));
  await telemetry[Symbol.asyncDispose]();
  const { input = 0, output = 0 } = collector.sums("gen_ai.client.token.usage");
  return { spans: collector.spans(), resource: collector.resource(), input, output };
}

test("a run is one invoke_agent span with a chat span for each reply and an execute_tool span for each call, and none is doubled", async () => {
  const { spans, input, output } = await tell({});
  assert.deepEqual(
    names(spans),
    ["chat", "chat claude-opus-5", "chat claude-opus-5", "execute_tool Read", "execute_tool Read", "invoke_agent keel"].map((name) =>
      name.replace("claude-opus-5", modelIn(spans)),
    ),
  );
  const agent = one(spans, "invoke_agent keel");
  for (const span of spans) if (span !== agent) assert.equal(span.parentSpanId, agent.spanId);
  for (const { start, end } of spans) assert.ok(start <= end);
  const chats = spans.filter(({ name }) => name.startsWith("chat "));
  assert.deepEqual(
    chats.map(({ attributes }) => attributes["gen_ai.response.finish_reasons"]),
    ["tool_use", "end_turn"],
  );
  const inputs = chats.map(({ attributes }) => Number(attributes["gen_ai.usage.input_tokens"]));
  assert.equal(
    input,
    inputs.reduce((sum, tokens) => sum + tokens, 0),
  );
  assert.equal(String(input), agent.attributes["gen_ai.usage.input_tokens"]);
  assert.ok(output > 0);
});

test("a request that failed and a call that failed say so in their own spans", async () => {
  const { spans } = await tell({});
  const retried = one(spans, "chat");
  assert.ok(retried.failed);
  assert.equal(retried.attributes["error.type"], "overloaded");
  assert.deepEqual(spans.filter(({ name, failed }) => name === "execute_tool Read" && failed).length, 1);
  assert.equal(one(spans, "invoke_agent keel").failed, false);
});

test("no word of a person, a model or a file goes out unless content is asked for", async () => {
  const { spans } = await tell({});
  assert.doesNotMatch(JSON.stringify(spans.map(({ attributes }) => attributes)), /plum|secret|a\.txt/);
});

test("of the program its name and what the user says of it goes out: no command line, for a prompt may stand there, and no machine", async () => {
  const { resource } = await tell({ OTEL_RESOURCE_ATTRIBUTES: "team=blue%20sky, stage=test,broken" });
  assert.deepEqual(
    Object.keys(resource)
      .filter((key) => !key.startsWith("telemetry.sdk."))
      .toSorted(),
    ["service.name", "stage", "team"],
  );
  assert.equal(resource["team"], "blue sky");
});

test("when content is asked for, prompts, replies, inputs and results are there", async () => {
  const { spans } = await tell({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" });
  assert.match(one(spans, "invoke_agent keel").attributes["gen_ai.input.messages"] ?? "", /What is the secret word/);
  const tool = spans.find(({ name, failed }) => name === "execute_tool Read" && !failed);
  assert.match(tool?.attributes["gen_ai.tool.call.arguments"] ?? "", /a\.txt/);
  assert.match(tool?.attributes["gen_ai.tool.call.result"] ?? "", /plum/);
  assert.match(JSON.stringify(spans.map(({ attributes }) => attributes["gen_ai.output.messages"])), /The secret word is plum/);
});

test("it is off unless asked for", async () => {
  assert.deepEqual(await openTelemetry({}, "1.2.3", clock), { telemetry: undefined });
  assert.deepEqual(await openTelemetry({ KEEL_TELEMETRY: "0" }, "1.2.3", clock), { telemetry: undefined });
});

test("a collector that is away fails nothing", async () => {
  pointAt("http://127.0.0.1:9"); // nobody listens there
  await using w = await world({ replies: [{ blocks: [{ text: "hi" }] }] });
  const { telemetry } = await openTelemetry({ KEEL_TELEMETRY: "1" }, "1.2.3", clock);
  assert.ok(telemetry);
  await using session = await w.open();
  const envelopes = session.run([text("hi")], new AbortController().signal);
  const told = await Array.fromAsync(telemetry.trace(envelopes, { session: session.id, agent: "keel", host: undefined }));
  assert.equal(told.at(-1)?.event.type, "run.ended");
  await telemetry[Symbol.asyncDispose]();
});

const modelIn = (spans: readonly Spanned[]): string =>
  spans.find(({ name }) => name.startsWith("chat "))?.attributes["gen_ai.request.model"] ?? "";
