import assert from "node:assert/strict";
import { isModelError, text, type ModelPart } from "@keelson/protocol";
import { realClock, testModel } from "@keelson/testing";
import { describe, test, vi } from "vitest";
import { connect } from "./connect.ts";
import { DIALECTS } from "./dialect.ts";
import { endpoint, handClock, hear, never, PROMPT, REQUEST, settled, STREAM, tally, tapped, wire } from "./fixtures/endpoint.ts";

const PING = "event: ping\ndata: {}\n\n";
const TEXT = wire("text");
const BEGUN = TEXT.subarray(0, TEXT.indexOf("event: content_block_delta"));

testModel("connect", async () => {
  const server = await endpoint((response, { body }) => {
    if (body["model"] === "failing") return response.writeHead(400, { "content-type": "application/json" }).end("{}");
    response.writeHead(200, STREAM);
    if (body["model"] === "hanging") return response.write(BEGUN);
    const tool = wire("ollama").toString();
    response.write(TEXT.subarray(0, TEXT.indexOf("event: message_delta")));
    return response.end(tool.slice(tool.indexOf('event: content_block_start\ndata: {"type":"content_block_start","index":1')));
  });
  const model = connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock: realClock });
  return {
    answering: model,
    failing: (request, signal) => model({ ...request, model: "failing" }, signal),
    hanging: (request, signal) => model({ ...request, model: "hanging" }, signal),
    requests: () => server.asked.length,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});

describe("a request", () => {
  const ask = async (connection: Partial<Parameters<typeof connect>[0]>) => {
    await using server = await endpoint((response) => response.writeHead(200, STREAM).end(TEXT));
    const model = connect({ dialect: DIALECTS.anthropic, baseUrl: server.url, clock: realClock, ...connection });
    const body = { system: [text("be brief")], model: "not this one", stream: false };
    assert.equal((await hear(model, { ...REQUEST, body })).error, undefined);
    const [asked] = server.asked;
    assert.ok(asked && server.asked.length === 1);
    return asked;
  };

  test("has what the loop owns, and the body beside it", async () => {
    const { path, body } = await ask({ apiKey: "k", dialect: { ...DIALECTS.anthropic, supportsCacheControl: false } });
    assert.equal(path, "/v1/messages");
    assert.deepEqual(body, { system: [text("be brief")], model: "claude-opus-5-5", messages: PROMPT, max_tokens: 1_000, stream: true });
  });

  test("marks the conversation for the cache where that is supported", async () => {
    const marked = [{ role: "user", content: [{ ...text("go"), cache_control: { type: "ephemeral" } }] }];
    assert.deepEqual((await ask({ apiKey: "k" })).body["messages"], marked);
    assert.deepEqual((await ask({ dialect: DIALECTS.compatible })).body["messages"], PROMPT);
  });

  test("carries its credential in the dialect's header, a key at a compatible endpoint in both, and the dialect's version", async () => {
    const seen = async (connection: Partial<Parameters<typeof connect>[0]>) => {
      const { headers } = await ask(connection);
      return [headers["x-api-key"], headers["authorization"], headers["anthropic-version"]];
    };
    assert.deepEqual(await seen({ apiKey: " key\n" }), ["key", undefined, "2026-10-21"]);
    assert.deepEqual(await seen({ authToken: "token" }), [undefined, "Bearer token", "2026-10-21"]);
    assert.deepEqual(await seen({ apiKey: "key", authToken: "token" }), ["key", undefined, "2026-10-21"]);
    assert.deepEqual(await seen({ dialect: DIALECTS.compatible, apiKey: "key" }), ["key", "Bearer key", "2023-06-01"]);
    assert.deepEqual(await seen({ dialect: DIALECTS.compatible }), [undefined, "Bearer none", "2023-06-01"]);
  });

  test("gives up a reply that goes on beyond all measure", async () => {
    const much = new Uint8Array(1024 * 1024).fill(65);
    const endless = () => new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(much) });
    const fetch = async () => new Response(endless(), { headers: STREAM });
    const { error } = await hear(connect({ dialect: DIALECTS.compatible, baseUrl: "http://127.0.0.1:1", clock: realClock, fetch }));
    assert.match(isModelError(error) ? error.message : "", /over 64 MB/);
  });

  test("takes no key and no base URL from the environment, and carries the headers it is given", async () => {
    vi.stubEnv("ANTHROPIC_API_KEY", "from-the-environment");
    vi.stubEnv("ANTHROPIC_AUTH_TOKEN", "from-the-environment");
    vi.stubEnv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1");
    try {
      const { headers } = await ask({ dialect: DIALECTS.compatible, headers: { "anthropic-beta": "fast-2026" } });
      assert.ok(!JSON.stringify(headers).includes("from-the-environment"));
      assert.equal(headers["anthropic-beta"], "fast-2026");
      const { error } = await hear(connect({ dialect: DIALECTS.anthropic, clock: realClock, fetch: () => assert.fail("no request") }));
      assert.ok(isModelError(error) && error.code === "auth");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("keeps its credential, whatever headers the environment adds", async () => {
    vi.stubEnv("ANTHROPIC_CUSTOM_HEADERS", "Authorization: Bearer other\nX-Api-Key: other");
    try {
      const bearer = await ask({ authToken: "token" });
      assert.deepEqual([bearer.headers["x-api-key"], bearer.headers["authorization"]], [undefined, "Bearer token"]);
      const key = await ask({ apiKey: "key" });
      assert.deepEqual([key.headers["x-api-key"], key.headers["authorization"]], ["key", undefined]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("doesn't print, whatever the environment asks the SDK to log", async () => {
    vi.stubEnv("ANTHROPIC_LOG", "debug");
    const printed: unknown[] = [];
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, "write").mockImplementation((words) => printed.push(words) > 0),
    );
    const logs = (["log", "info", "debug", "warn", "error"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...words) => printed.push(words)),
    );
    try {
      await ask({ apiKey: "k" });
      await using broken = await endpoint((response) => response.writeHead(200, STREAM).end("event: message_start\ndata: {oops\n\n"));
      await hear(connect({ dialect: DIALECTS.anthropic, baseUrl: broken.url, apiKey: "k", clock: realClock }), {
        ...REQUEST,
        model: "claude-opus-4-0",
      });
    } finally {
      for (const spy of [...spies, ...logs]) spy.mockRestore();
      vi.unstubAllEnvs();
    }
    assert.deepEqual(printed, []);
  });
});

describe("a connection", () => {
  test("that is read to its end serves the next request", async () => {
    let end = (): void => assert.fail("nobody asked");
    await using server = await endpoint((response) => {
      response.writeHead(200, STREAM).write(TEXT);
      end = () => response.end();
    });
    const fetch = tapped(() => setImmediate(() => setImmediate(end))); // the end comes when the last word has long been read
    const model = connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock: realClock, fetch });
    for (let turn = 0; turn < 4; turn++) {
      assert.equal((await hear(model)).error, undefined);
      await settled(); // fetch takes a connection back a moment after its last byte
    }
    assert.equal(server.asked.length, 4);
    assert.equal(server.connections(), 1);
  });

  test("that the endpoint keeps open behind its last word doesn't hold the reply", async () => {
    const clock = handClock();
    await using server = await endpoint((response) => response.writeHead(200, STREAM).write(TEXT));
    const model = connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock });
    const reply = hear(model);
    await clock.slept(2); // the silence, and the farewell
    await clock.pass(250);
    const { parts, error } = await reply;
    assert.equal(error, undefined);
    assert.equal(parts.at(-1)?.type, "done");
    await server.left;
  });

  test("that breaks behind the last word is a whole reply", async () => {
    await using server = await endpoint((response) => {
      response.writeHead(200, STREAM).write(TEXT, () => response.socket?.destroy());
    });
    const { parts, error } = await hear(connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock: realClock }));
    assert.equal(error, undefined);
    assert.equal(parts.at(-1)?.type, "done");
  });
});

describe("an abort", () => {
  test("before the answer closes the connection, and isn't a model error", async () => {
    const control = new AbortController();
    await using server = await endpoint(() => control.abort());
    const { parts, error } = await hear(
      connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock: realClock }),
      REQUEST,
      control.signal,
    );
    assert.deepEqual(parts, []);
    assert.ok(!isModelError(error));
    await server.left;
  });

  test("in the middle closes the connection, and isn't a model error", async () => {
    const control = new AbortController();
    await using server = await endpoint((response) => response.writeHead(200, STREAM).write(TEXT));
    const model = connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock: realClock });
    const seen: ModelPart[] = [];
    for await (const part of model(REQUEST, control.signal)) {
      seen.push(part);
      control.abort();
    }
    assert.deepEqual(
      seen.map(({ type }) => type),
      ["started"],
    );
    await server.left;
  });

  test("that came before asks nothing", async () => {
    await using server = await endpoint(() => assert.fail("no request"));
    const { parts, error } = await hear(
      connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock: realClock }),
      REQUEST,
      AbortSignal.abort(),
    );
    assert.deepEqual([parts, error, server.asked.length], [[], undefined, 0]);
    const keyless = await hear(connect({ dialect: DIALECTS.anthropic, clock: realClock }), REQUEST, AbortSignal.abort());
    assert.equal(keyless.error, undefined);
  });

  test("isn't needed by a reader that leaves: the connection closes", async () => {
    await using server = await endpoint((response) => response.writeHead(200, STREAM).write(BEGUN));
    const model = connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock: realClock });
    for await (const part of model(REQUEST, never())) if (part.type === "started") break;
    await server.left;
  });
});

describe("silence", () => {
  const LIMIT = 1_000;
  const stalls = ({ error }: { readonly error: unknown }) => isModelError(error) && error.code === "stalled";

  test("before the answer is a stall, and closes the connection", async () => {
    const clock = handClock();
    const asked = tally();
    await using server = await endpoint(asked.up);
    const reply = hear(connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock, stallMs: LIMIT }));
    await asked.reaches(1);
    await clock.pass(LIMIT - 1);
    await clock.pass(1);
    assert.ok(stalls(await reply));
    await server.left;
  });

  test("in the middle is a stall, after what was told; a ping is a sign of life", async () => {
    const clock = handClock();
    let write: (words: string) => void = () => assert.fail("nobody asked");
    await using server = await endpoint((response) => {
      response.writeHead(200, STREAM).write(BEGUN);
      write = (words) => response.write(words);
    });
    const seen: ModelPart[] = [];
    const heard = tally();
    const model = connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock, stallMs: LIMIT, fetch: tapped(heard.up) });
    const reply = (async () => {
      for await (const part of model(REQUEST, never())) seen.push(part);
    })().catch((error: unknown) => error);
    await heard.reaches(1);
    await settled();
    for (let pings = 1; pings <= 3; pings++) {
      await clock.pass(LIMIT - 1);
      write(PING);
      await heard.reaches(pings + 1);
      await settled();
    }
    await clock.pass(LIMIT - 1);
    await clock.pass(1);
    const error = await reply;
    assert.ok(stalls({ error }), String(error));
    assert.deepEqual(
      seen.map(({ type }) => type),
      ["started"],
    );
    await server.left;
  });

  test("of a reader that takes its time isn't the endpoint's", async () => {
    const clock = handClock();
    let finish = (): void => assert.fail("nobody asked");
    await using server = await endpoint((response) => {
      response.writeHead(200, STREAM).write(BEGUN);
      finish = () => response.end(TEXT.subarray(BEGUN.length));
    });
    const seen: ModelPart[] = [];
    for await (const part of connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock, stallMs: LIMIT })(REQUEST, never())) {
      seen.push(part);
      await clock.pass(LIMIT * 3);
      if (seen.length === 1) finish();
    }
    assert.equal(seen.at(-1)?.type, "done");
  });

  test("has no limit where none is wanted", async () => {
    const clock = handClock();
    await using server = await endpoint((response) => response.writeHead(200, STREAM).end(TEXT));
    const model = connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock, stallMs: Infinity });
    const first = await model(REQUEST, never())[Symbol.asyncIterator]().next();
    assert.equal(first.done, false);
    assert.equal(clock.sleepers(), 0);
  });

  test("no timer outlives a reply", async () => {
    const clock = handClock();
    await using server = await endpoint((response) => response.writeHead(200, STREAM).end(TEXT));
    await hear(connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock }));
    assert.equal(clock.sleepers(), 0);
  });
});
