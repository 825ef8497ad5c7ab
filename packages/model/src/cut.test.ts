import assert from "node:assert/strict";
import { isModelError, type Block, type ModelPart } from "@keelson/protocol";
import { realClock } from "@keelson/testing";
import { describe, test } from "vitest";
import { connect } from "./connect.ts";
import { DIALECTS } from "./dialect.ts";
import { endpoint, hear, playing, STREAM, wire, type Told } from "./fixtures/endpoint.ts";

/** What each stream says, written down by hand. */
const SAID: Readonly<Record<string, readonly Block[]>> = {
  text: [{ type: "text", text: "Grüße, 世界 👩‍🚀!\n" }],
  "thinking-and-tools": [
    { type: "thinking", thinking: "First look, then write.", signature: "EqQBCgIYAhIM+/==" },
    { type: "text", text: "I'll look." },
    { type: "tool_use", id: "toolu_01", name: "Read", input: { file_path: '/a "b".ts', limit: 100 }, caller: { type: "direct" } },
    { type: "tool_use", id: "toolu_02", name: "Now", input: {}, caller: { type: "direct" } },
  ],
  "parallel-tools": [
    { type: "tool_use", id: "toolu_a", name: "Bash", input: { command: "echo '日本 😀 👩‍🚀'" }, caller: { type: "direct" } },
    {
      type: "tool_use",
      id: "toolu_b",
      name: "Edit",
      input: { edits: [{ old: "}\n", new: "{é" }, {}], all: true },
      caller: { type: "direct" },
    },
    {
      type: "tool_use",
      id: "toolu_c",
      name: "Grep",
      input: { pattern: "data: [DONE]\n\nevent: message_stop" },
      caller: { type: "direct" },
    },
  ],
};

const through = (fetch: typeof globalThis.fetch) => connect({ dialect: DIALECTS.anthropic, apiKey: "test", clock: realClock, fetch });

/** How many blocks the bytes end, counted without the client's help: an event is over behind its empty line. */
function endedIn(bytes: Buffer): number {
  const events = bytes.toString("latin1").split("\n\n").slice(0, -1);
  return events.filter((event) => event.startsWith("event: content_block_stop\n")).length;
}

const blocksOf = (parts: readonly ModelPart[]) => parts.flatMap((part) => (part.type === "block.completed" ? [part.block] : []));

function holds({ parts, error }: Told, blocks: readonly Block[], whole: boolean): void {
  assert.deepEqual(blocksOf(parts), blocks);
  assert.ok(parts.every((part) => part.type !== "block.completed" || part.malformed === undefined));
  assert.equal(parts.at(-1)?.type === "done", whole);
  if (whole) assert.equal(error, undefined);
  else assert.ok(isModelError(error) && error.code === "stream_cut", String(error));
}

describe.each(Object.entries(SAID))("%s, cut at every byte, gives the blocks that were over and says that it was cut", (name, blocks) => {
  const bytes = wire(name);
  const last = bytes.length;

  test.each(["closed", "broken"] as const)("when the connection is %s", async (end) => {
    let kept = bytes;
    const model = through((...asked) => playing([kept], end)(...asked)); // one client for all: making one costs as much as a cut
    for (let cut = 0; cut <= last; cut++) {
      kept = bytes.subarray(0, cut);
      const told = await hear(model);
      holds(told, blocks.slice(0, endedIn(kept)), cut === last);
    }
  });

  test("and chunks of one byte, or of three, change nothing", async () => {
    for (const size of [1, 3]) {
      const chunks = Array.from({ length: Math.ceil(last / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
      holds(await hear(through(playing(chunks))), blocks, true);
    }
  });

  test("nor do lines that end as on Windows", async () => {
    const lines = Buffer.from(bytes.toString().replaceAll("\n", "\r\n"));
    holds(await hear(through(playing([lines]))), blocks, true);
  });

  test("over a real socket, destroyed in the middle", async () => {
    for (let cut = 1; cut <= last; cut += Math.ceil(last / 25)) {
      const kept = bytes.subarray(0, cut);
      await using server = await endpoint((response) => {
        response.writeHead(200, STREAM);
        response.write(kept, () => response.socket?.destroy());
      });
      const { parts, error } = await hear(connect({ dialect: DIALECTS.anthropic, baseUrl: server.url, apiKey: "test", clock: realClock }));
      // The kernel may drop what stands before a reset, so there may be less; never more, and never half.
      const got = blocksOf(parts);
      assert.deepEqual(got, blocks.slice(0, got.length));
      assert.ok(got.length <= endedIn(kept));
      assert.ok(isModelError(error) && (error.code === "stream_cut" || error.code === "network"), String(error));
      assert.equal(server.asked.length, 1);
    }
  });
});

test("deltas put together are the block, up to the cut", async () => {
  const bytes = wire("thinking-and-tools");
  for (let cut = 0; cut <= bytes.length; cut += 7) {
    const { parts } = await hear(through(playing([bytes.subarray(0, cut)])));
    const words = parts.map((part) => (part.type === "delta" && part.kind === "thinking" ? part.delta : "")).join("");
    assert.ok("First look, then write.".startsWith(words));
    for (const part of parts)
      if (part.type === "block.completed" && part.block.type === "thinking") assert.equal(part.block["thinking"], words);
  }
});
