import assert from "node:assert/strict";
import { isModelError, MODEL_ERROR_CODES, type ModelError, type ModelErrorCode } from "@keelson/protocol";
import { realClock } from "@keelson/testing";
import { describe, test } from "vitest";
import { connect } from "./connect.ts";
import { DIALECTS } from "./dialect.ts";
import { retryAfter } from "./failure.ts";
import { endpoint, hear, playing, REQUEST, STREAM, wire } from "./fixtures/endpoint.ts";

type Row = readonly [status: number, type: string, words: string, code: ModelErrorCode];
const KEY = "sk-ant-secret-key";

/** As the API spells them. */
const API: readonly Row[] = [
  [400, "invalid_request_error", "max_tokens: Field required", "invalid_request"],
  [400, "invalid_request_error", "tool_choice: forced tool use is not supported on this model", "invalid_request"],
  [400, "invalid_request_error", "thinking.type: `disabled` is not supported on this model", "invalid_request"],
  [400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", "spend_limit"],
  [400, "invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-01.", "spend_limit"],
  [400, "invalid_request_error", "prompt is too long: 210883 tokens > 200000 maximum", "prompt_too_long"],
  [
    400,
    "invalid_request_error",
    "input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000, decrease either",
    "context_overflow",
  ],
  [
    400,
    "invalid_request_error",
    "input length and `max_tokens` exceed context limit: 200500 + 64000 > 200000, decrease either",
    "prompt_too_long",
  ],
  [
    400,
    "invalid_request_error",
    "messages.4.content.1.image.source.base64: image exceeds 5 MB maximum: 9 bytes > 5 bytes",
    "media_too_large",
  ],
  [
    400,
    "invalid_request_error",
    "messages.0.content.2: At least one of the image dimensions exceed max allowed size: 8000 pixels",
    "media_too_large",
  ],
  [
    400,
    "invalid_request_error",
    "messages.0.content.0.pdf.source.base64.data: A maximum of 100 PDF pages may be provided.",
    "media_too_large",
  ],
  [400, "invalid_request_error", "messages.0.content.0.pdf: The PDF specified is password protected.", "media_too_large"],
  [400, "invalid_request_error", "Could not process image", "media_too_large"],
  [400, "invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block", "thinking_rejected"],
  [
    400,
    "invalid_request_error",
    "messages.3.content.8: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified.",
    "thinking_rejected",
  ],
  [400, "invalid_request_error", "messages.5: prefix_binding_mismatch", "thinking_rejected"],
  [400, "invalid_request_error", "messages.19: The final block in an assistant message cannot be `thinking`.", "thinking_rejected"],
  [400, "invalid_request_error", "messages.1.content.0.thinking.signature: Field required", "thinking_rejected"],
  [401, "authentication_error", "invalid x-api-key", "auth"],
  [402, "billing_error", "Payment required", "spend_limit"],
  [403, "permission_error", "Your API key does not have permission to use this model", "auth"],
  [404, "not_found_error", "model: claude-opus-5-5", "model_not_found"],
  [404, "not_found_error", "Not found", "invalid_request"],
  [408, "timeout_error", "Request timeout", "server"],
  [409, "invalid_request_error", "Conflict", "server"],
  [413, "request_too_large", "Request exceeds the maximum size", "prompt_too_long"],
  [413, "request_too_large", "Request too large: images exceed the maximum size", "media_too_large"],
  [422, "invalid_request_error", "Unprocessable", "invalid_request"],
  [429, "rate_limit_error", "This request would exceed your rate limit", "rate_limited"],
  [500, "api_error", "Internal server error", "server"],
  [502, "api_error", "Bad gateway", "server"],
  [503, "api_error", "Unavailable", "server"],
  [504, "timeout_error", "Gateway timeout", "server"],
  [529, "overloaded_error", "Overloaded", "overloaded"],
];

/** What others say, body and all. */
const OTHERS: readonly (readonly [status: number, body: string, code: ModelErrorCode])[] = [
  [404, '{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}', "invalid_request"],
  [404, '{"detail":"Not Found"}', "invalid_request"],
  [404, "404 page not found", "invalid_request"],
  [404, `{"type":"error","error":{"type":"not_found_error","message":"model 'qwen' not found"}}`, "model_not_found"],
  [404, '{"error":{"message":"The model `qwen` does not exist.","type":"NotFoundError","param":"model","code":404}}', "model_not_found"],
  [
    400,
    '{"error":{"code":400,"message":"request (9412 tokens) exceeds the available context size (8192 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9412,"n_ctx":8192}}',
    "prompt_too_long",
  ],
  [
    400,
    `{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion).","type":"BadRequestError","code":400}`,
    "context_overflow",
  ],
  [
    400,
    `{"error":{"message":"You passed 4097 input tokens and requested 10 output tokens. However, the model's context length is only 4096 tokens.","type":"BadRequestError"}}`,
    "prompt_too_long",
  ],
  [400, '{"error":"prompt too long; exceeded max context length by 12 tokens"}', "prompt_too_long"],
  [
    500,
    '{"error":{"code":500,"message":"image input is not supported - hint: if this is unexpected, you may need to provide the mmproj","type":"server_error"}}',
    "media_too_large",
  ],
  [503, '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}', "server"],
  [401, '{"error":"Unauthorized"}', "auth"],
  [429, '{"error":{"type":"rate_limit_error","message":"no","details":{"error_code":"enforced_spend_limit_reached"}}}', "spend_limit"],
  [
    400,
    '{"error":{"type":"invalid_request_error","message":"Invalid `signature` in `thinking` block","details":{"error_code":"compaction_signature_invalid"}}}',
    "invalid_request",
  ],
  [502, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>", "server"],
  [500, "", "server"],
  [418, "[]", "invalid_request"],
];

async function failWith(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Promise<ModelError> {
  await using server = await endpoint((response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body),
  );
  const { error, parts } = await hear(connect({ dialect: DIALECTS.anthropic, baseUrl: server.url, apiKey: KEY, clock: realClock }));
  assert.equal(server.asked.length, 1, "exactly one request");
  assert.deepEqual(parts, []);
  assert.ok(isModelError(error));
  assert.ok(error.message !== "" && !error.message.includes("\n") && !error.message.includes(KEY));
  return error;
}
const bodyOf = (type: string, message: string): string => JSON.stringify({ type: "error", error: { type, message }, request_id: "req_1" });

describe("every status becomes one code, after one request", () => {
  test.each(API)("%i %s: %s", async (status, type, words, code) => {
    assert.equal((await failWith(status, bodyOf(type, words))).code, code);
  });
  test.each(OTHERS)("%i %s", async (status, body, code) => {
    assert.equal((await failWith(status, body)).code, code);
  });
});

describe("every error in the middle of a stream goes by its type", () => {
  const MIDDLE: readonly (readonly [type: string, words: string, code: ModelErrorCode])[] = [
    ["overloaded_error", "Overloaded", "overloaded"],
    ["api_error", "Internal server error", "server"],
    ["rate_limit_error", "Slow down", "rate_limited"],
    ["invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", "prompt_too_long"],
    ["invalid_request_error", "no", "invalid_request"],
    ["authentication_error", "expired", "auth"],
    ["internal_error", "Invalid data format received", "server"], // vLLM
  ];
  test.each(MIDDLE)("%s: %s", async (type, words, code) => {
    const begun = wire("thinking-and-tools").subarray(0, 1_500);
    const upTo = begun.subarray(0, begun.lastIndexOf("\n\n") + 2);
    const error = Buffer.from(`event: error\ndata: ${bodyOf(type, words)}\n\n`);
    const told = await hear(connect({ dialect: DIALECTS.anthropic, apiKey: KEY, clock: realClock, fetch: playing([upTo, error]) }));
    assert.ok(isModelError(told.error));
    assert.equal(told.error.code, code);
    assert.equal(told.parts[0]?.type, "started");
    assert.ok(told.parts.some((part) => part.type === "block.completed"));
  });

  test("one that isn't JSON is the server's failure, with its words", async () => {
    const error = Buffer.from("event: error\ndata: boom\n\n");
    const told = await hear(connect({ dialect: DIALECTS.anthropic, apiKey: KEY, clock: realClock, fetch: playing([error]) }));
    assert.ok(isModelError(told.error) && told.error.code === "server");
    assert.match(told.error.message, /boom/);
  });

  test("so is an event that isn't JSON", async () => {
    const event = Buffer.from("event: message_start\ndata: {oops\n\n");
    const told = await hear(connect({ dialect: DIALECTS.anthropic, apiKey: KEY, clock: realClock, fetch: playing([event]) }));
    assert.ok(isModelError(told.error) && told.error.code === "server");
  });
});

describe("messages say what to do next", () => {
  test("a wrong key", async () => {
    const { message } = await failWith(401, bodyOf("authentication_error", `invalid x-api-key ${KEY}`));
    assert.match(message, /refuses the key \(401: invalid x-api-key \*\*\*\)\. Check ANTHROPIC_API_KEY/);
  });
  test("no credit", async () => {
    assert.match((await failWith(402, bodyOf("billing_error", "no"))).message, /Add credit/);
  });
  test("an unknown model is named, and the nearest known one", async () => {
    await using server = await endpoint((response) => response.writeHead(404).end(bodyOf("not_found_error", "model: claude-opus-55")));
    const model = connect({ dialect: DIALECTS.anthropic, baseUrl: server.url, apiKey: KEY, clock: realClock });
    const { error } = await hear(model, { ...REQUEST, model: "claude-opus-55" });
    assert.ok(isModelError(error));
    assert.equal(error.message, `${server.url} has no model named claude-opus-55. Did you mean claude-opus-5-5?`);
  });
  test("an endpoint that can't be reached is named, with the reason", async () => {
    const gone = await endpoint(() => undefined);
    await gone[Symbol.asyncDispose]();
    const { error } = await hear(connect({ dialect: DIALECTS.compatible, baseUrl: gone.url, clock: realClock }));
    assert.ok(isModelError(error) && error.code === "network");
    assert.equal(error.message, `Can't reach ${gone.url} (ECONNREFUSED). Check that the server runs and that the base URL is right.`);
  });
  test("a base URL without the route is named", async () => {
    const { message, code } = await failWith(404, "404 page not found");
    assert.equal(code, "invalid_request");
    assert.match(message, /^http:\/\/127\.0\.0\.1:\d+ has no Messages API at \/v1\/messages \(404\)\. Check the base URL/);
  });
  test("a base URL that is none is named; a password in one is not", async () => {
    const { error } = await hear(connect({ dialect: DIALECTS.compatible, baseUrl: "localhost 8080", clock: realClock }));
    assert.ok(isModelError(error) && error.code === "invalid_request");
    assert.match(error.message, /localhost 8080.*not a URL/);
    const secret = await hear(connect({ dialect: DIALECTS.compatible, baseUrl: "http://me:hunter22@127.0.0.1:9", clock: realClock }));
    assert.ok(isModelError(secret.error) && !secret.error.message.includes("hunter22"));
  });
  test("a redirect isn't followed, for it would take the key along, and is named", async () => {
    await using elsewhere = await endpoint(() => assert.fail("followed"));
    await using server = await endpoint((response) => response.writeHead(308, { location: `${elsewhere.url}/v1/messages` }).end());
    const { error } = await hear(connect({ dialect: DIALECTS.anthropic, baseUrl: server.url, apiKey: KEY, clock: realClock }));
    assert.ok(isModelError(error) && error.code === "invalid_request");
    assert.ok(error.message.includes(`(308: ${elsewhere.url}/v1/messages)`));
  });
  test("an answer without a body isn't quoted", async () => {
    assert.match((await failWith(500, "")).message, /^http:\/\/127\.0\.0\.1:\d+ failed \(500\)\. Try again\.$/);
  });
  test("a proxy's page keeps its title", async () => {
    const { message } = await failWith(502, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>");
    assert.match(message, /\(502: 502 Bad Gateway\)/);
  });
  test("no key, or no base URL, is said without a request", async () => {
    const fetch = () => assert.fail("no request");
    for (const [connection, code] of [
      [{ dialect: DIALECTS.anthropic }, "auth"],
      [{ dialect: DIALECTS.anthropic, apiKey: " " }, "auth"],
      [{ dialect: DIALECTS.anthropic, apiKey: "sk-ant-…" }, "auth"],
      [{ dialect: DIALECTS.compatible }, "invalid_request"],
    ] as const) {
      const { error } = await hear(connect({ ...connection, clock: realClock, fetch }));
      assert.ok(isModelError(error) && error.code === code);
    }
  });
});

describe("status 200 and no stream", () => {
  const answer = async (type: string, body: string): Promise<ModelError> => {
    await using server = await endpoint((response) => response.writeHead(200, { "content-type": type }).end(body));
    const { error } = await hear(connect({ dialect: DIALECTS.compatible, baseUrl: server.url, clock: realClock }));
    assert.ok(isModelError(error));
    return error;
  };
  test("a web page", async () => {
    const { code, message } = await answer("text/html; charset=utf-8", "<!doctype html><title>Log in</title>");
    assert.equal(code, "invalid_request");
    assert.match(message, /web page instead of a stream: Log in/);
  });
  test("a whole message", async () => {
    const { code, message } = await answer("application/json", '{"type":"message","content":[]}');
    assert.equal(code, "invalid_request");
    assert.match(message, /JSON instead of a stream/);
  });
  test("an error that forgot its status", async () => {
    assert.equal((await answer("application/json", bodyOf("overloaded_error", "Overloaded"))).code, "overloaded");
  });
  test("nothing at all", async () => {
    assert.equal((await answer(STREAM["content-type"], "")).code, "stream_cut");
  });
});

describe("a time to wait is read in all its forms", () => {
  const DATE = "Fri, 20 Nov 2026 10:00:00 GMT";
  test.each([
    [{ "retry-after": "25" }, 25_000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after-ms": "1500.2", "retry-after": "25" }, 1_501],
    [{ "retry-after": "Fri, 20 Nov 2026 10:01:30 GMT", date: DATE }, 90_000],
    [{ "retry-after": "Fri, 20 Nov 2026 09:00:00 GMT", date: DATE }, undefined],
    [{ "retry-after": "0" }, undefined],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined],
  ] as const)("%o", (headers, ms) => {
    assert.equal(retryAfter(new Headers({ ...headers })), ms);
  });

  test("and carried by the error, in its words too", async () => {
    const error = await failWith(429, bodyOf("rate_limit_error", "no"), { "retry-after": "25" });
    assert.equal(error.retryAfterMs, 25_000);
    assert.match(error.message, /Wait 25 s/);
    assert.equal((await failWith(529, bodyOf("overloaded_error", "no"))).retryAfterMs, undefined);
  });
});

test("room is what the reply may still take beside the input", async () => {
  const words = "input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000, decrease either";
  assert.equal((await failWith(400, bodyOf("invalid_request_error", words))).room, 10_000);
  assert.equal((await failWith(400, OTHERS[6]?.[1] ?? "")).room, 96);
});

test("no code is out of reach", () => {
  const elsewhere: readonly ModelErrorCode[] = ["network", "stream_cut", "stalled"]; // see above, cut.test and connect.test
  const reached = new Set<ModelErrorCode>([...API.map((row) => row[3]), ...elsewhere]);
  assert.deepEqual(
    MODEL_ERROR_CODES.filter((code) => !reached.has(code)),
    [],
  );
});
