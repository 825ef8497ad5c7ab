import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fold, refusal, text, type Envelope } from "@keelson/protocol";
import { test } from "vitest";
import { call, ended, messagesIn, outcomes, run, world } from "../test/world.ts";

const MANIFEST = new URL("../../../plugins/code/.claude-plugin/plugin.json", import.meta.url);

test("a prompt goes to its end through real tools, under the rules that were given", async () => {
  await using w = await world(
    {
      replies: [
        { blocks: [call("Read", { file_path: "port.txt" }), call("Bash", { command: "cat port.txt" })] },
        { blocks: [call("Edit", { file_path: "port.txt", old_string: "80", new_string: "8080" })] },
        { blocks: [{ text: "Done." }] },
      ],
    },
    { "port.txt": "port 80\n" },
  );
  await using session = await w.open({ allowedTools: ["Edit", "Bash(cat port.txt)"] });
  const envelopes = await run(session, "make it 8080");
  assert.equal(ended(envelopes), "completed");
  assert.deepEqual(outcomes(envelopes), ["ok", "ok", "ok"]);
  assert.equal(await readFile(join(w.cwd, "port.txt"), "utf8"), "port 8080\n");
  const { tools } = JSON.parse(await readFile(MANIFEST, "utf8")).extensions["dev.keelson"];
  assert.deepEqual(
    session.tools,
    tools.filter((name: string) => name !== "LSP"), // without a language server it isn't there
  );
});

test("the session goes on where its log ends: the requests before stay an exact prefix", async () => {
  await using w = await world(
    { replies: [{ blocks: [call("Read", { file_path: "a.txt" })] }, { blocks: [{ text: "one" }] }, { blocks: [{ text: "two" }] }] },
    { "a.txt": "alpha" },
  );
  const first = await w.open();
  await run(first, "first");
  await first[Symbol.asyncDispose]();
  await using second = await w.open({ resume: "latest" });
  assert.equal(second.id, first.id);
  assert.equal(ended(await run(second, "second")), "completed");
  const before = messagesIn(w.server, 1);
  assert.deepEqual(messagesIn(w.server, 2).slice(0, before.length), before);
  assert.equal(refusal(messagesIn(w.server, 2)), undefined);
});

test("a model that fails for ever after its first tool: it waits, falls back and ends, and each call ran once", async () => {
  await using w = await world({
    replies: (_, at) => ({ blocks: [{ text: "so" }, call("Bash", { command: `echo ${at} >> ran.txt` })], cut: { afterBlock: 2 } }),
  });
  await using session = await w.open({ permissionMode: "bypassPermissions", model: "big", fallbackModel: ["small"] });
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes), "model_error");
  const ran = (await readFile(join(w.cwd, "ran.txt"), "utf8")).trim().split("\n");
  assert.deepEqual(
    ran,
    ran.map((_, at) => String(at)),
  );
  assert.equal(ran.length, w.server.requests.length);
  assert.equal(new Set(envelopes.flatMap(({ event }) => (event.type === "call.started" ? [event.callId] : []))).size, ran.length);
});

test("three refusals by an overloaded server and the fallback model is asked, without a request storm", async () => {
  await using w = await world({ replies: [{ error: { status: 529 }, times: 3 }, { blocks: [{ text: "hi" }] }] });
  await using session = await w.open({ model: "big", fallbackModel: ["small"] });
  assert.equal(ended(await run(session, "go")), "completed");
  assert.deepEqual(
    w.server.requests.map(({ body }) => body["model"]),
    ["big", "big", "big", "small"],
  );
});

test("what is on disk folds to what was sent, at every request", async () => {
  await using w = await world(
    {
      replies: [
        { blocks: [{ text: "look" }, call("Glob", { pattern: "*.txt" })] },
        { blocks: [call("Nothing", {})] },
        { blocks: [{ text: "done" }] },
      ],
    },
    { "a.txt": "" },
  );
  await using session = await w.open();
  const envelopes = (await run(session, "go")).filter(({ seq }) => seq !== undefined);
  const starts = envelopes.flatMap(({ event }, at) => (event.type === "turn.started" ? [at] : []));
  assert.equal(starts.length, w.server.requests.length);
  for (const [request, at] of starts.entries())
    assert.deepEqual(JSON.parse(JSON.stringify(fold(envelopes.slice(0, at + 1)))), messagesIn(w.server, request));
});

test("the first request is at most 25 KB, and the bytes before the boundary are the same in another folder", async () => {
  const sizes: { readonly bytes: number; readonly prefix: string }[] = [];
  for (let n = 0; n < 2; n++) {
    await using w = await world({ replies: [{ blocks: [{ text: "hi" }] }] });
    await using session = await w.open({ settings: '{"keel":{"dialect":"anthropic"}}' }, {}, { ANTHROPIC_API_KEY: "sk-test" });
    await run(session, "hi");
    const [request] = w.server.requests;
    assert.ok(request);
    const { body, bytes } = request;
    const system = body["system"] as readonly { readonly text: string }[];
    sizes.push({ bytes, prefix: JSON.stringify([body["tools"], system[0]]) });
    assert.ok(!JSON.stringify([body["tools"], system[0]]).includes(w.cwd));
    assert.ok(JSON.stringify(system.slice(1)).includes(w.cwd));
  }
  assert.ok((sizes[0]?.bytes ?? Infinity) <= 25_000, `${sizes[0]?.bytes} bytes`);
  assert.equal(sizes[0]?.prefix, sizes[1]?.prefix);
});

test("an interrupt ends the run in time and the log says so; the next prompt goes on", async () => {
  await using w = await world({ replies: [{ blocks: [call("Bash", { command: "sleep 600" })] }, { blocks: [{ text: "fine" }] }] });
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const control = new AbortController();
  const seen: Envelope[] = [];
  for await (const envelope of session.run([text("go")], control.signal)) {
    seen.push(envelope);
    if (envelope.event.type === "call.started") setTimeout(() => control.abort(), 50);
  }
  assert.equal(ended(seen), "aborted_tools");
  assert.equal(ended(await run(session, "and now?")), "completed");
  assert.equal(refusal(messagesIn(w.server, 1)), undefined);
});

test("a budget in dollars ends the run once it is spent; a model without a price can't have one", async () => {
  await using w = await world({
    replies: [
      { blocks: [call("Glob", { pattern: "*" })], usage: { input_tokens: 1_000_000, output_tokens: 1_000_000 } },
      { blocks: [{ text: "more" }] },
    ],
  });
  await using session = await w.open({ model: "claude-haiku-4-5", maxBudgetUsd: 0.5, settings: "{}" });
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes), "budget_exhausted");
  assert.equal(w.server.requests.length, 1);
  await assert.rejects(w.open({ model: "local", maxBudgetUsd: 1 }), /price of local isn't known/);
});

test("a home that can't be written: the session runs in memory and says so", async () => {
  await using w = await world({ replies: [{ blocks: [{ text: "hi" }] }] });
  await writeFile(join(w.home, ".keel"), "a file where the folder should be");
  await using session = await w.open();
  assert.equal(session.saved, false);
  assert.match(session.problems.map((problem) => problem.text).join(), /memory/);
  assert.equal(ended(await run(session, "hi")), "completed");
});

test("words that are only added ask nobody, and stand before the next prompt, in a later session too", async () => {
  await using w = await world({ replies: [{ blocks: [{ text: "4" }] }] });
  const first = await w.open();
  await first.add([text("Remember: 4.")]);
  await first[Symbol.asyncDispose]();
  assert.equal(w.server.requests.length, 0);
  await using second = await w.open({ resume: "latest" });
  await run(second, "which number?");
  assert.deepEqual(
    messagesIn(w.server, 0).map(({ content }) => content.map((block) => block["text"])),
    [["Remember: 4.", "which number?"]],
  );
});
