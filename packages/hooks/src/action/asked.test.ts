import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json } from "@keelson/protocol";
import { describe, test } from "vitest";
import type { AgentTask, AskedModel, HookFetch, HookPorts, Hooks } from "../index.ts";
import { CALL, fired, never, on, scene } from "../../test/scene.ts";

async function serving(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const overHttp: HookFetch = (url, init) => fetch(url, init);

describe("a hook that is an address", () => {
  const post = (url: string, more: Record<string, Json> = {}): Json => on("PreToolUse", { type: "http", url, ...more });

  test("is posted the event, with headers of the variables it names and no others", async () => {
    await using house = await scene();
    let heard: unknown;
    await using server = await serving((request, response) => {
      request.setEncoding("utf8").once("data", (body: string) => {
        heard = [
          request.method,
          request.headers["content-type"],
          request.headers["x-a"],
          request.headers["x-b"],
          JSON.parse(body).tool_name,
        ];
        response.end(JSON.stringify({ decision: "block", reason: "by http" }));
      });
    });
    const headers = { "x-a": "Bearer ${TOKEN}", "x-b": "[$OTHER]" };
    const values: Record<string, string> = { TOKEN: "t\r\nx-evil: 1", OTHER: "secret" };
    const hooks = house.open(
      post(server.url, { headers, allowedEnvVars: ["TOKEN"] }),
      {},
      { fetch: overHttp, variable: (name) => values[name] },
    );
    const { outcome } = await fired(hooks, "PreToolUse", CALL);
    assert.deepEqual(outcome.decision?.reason, "by http");
    assert.deepEqual(heard, ["POST", "application/json", "Bearer tx-evil: 1", "[]", "Bash"]);
  });

  test.each<[string, RequestListener, RegExp | undefined]>([
    ["an empty answer is well", (_, response) => response.end(), undefined],
    ["words are a failure", (_, response) => response.end("ok"), /isn't a JSON object/],
    ["a list is a failure", (_, response) => response.end("[]"), /isn't a JSON object/],
    ["a status over 299 blocks nothing", (_, response) => response.writeHead(403).end(`{"decision":"block"}`), /status 403/],
    ["a redirect isn't followed", (_, response) => response.writeHead(307, { location: "/" }).end(), /status 307/],
    ["an endless answer is cut", (_, response) => void response.write("x".repeat(3_000_000)), /more than 1 MB/],
    ["silence ends with its time", () => {}, /didn't answer in time/],
  ])("%s", async (_, listener, words) => {
    await using house = await scene();
    await using server = await serving(listener);
    const { outcome, notices } = await fired(house.open(post(server.url, { timeout: 1 }), {}, { fetch: overHttp }), "PreToolUse", CALL);
    assert.equal(outcome.decision, undefined);
    if (words) assert.match(notices.join(), words);
    else assert.deepEqual(notices, []);
  });

  test("that can't be reached, or isn't on the list, blocks nothing", async () => {
    await using house = await scene();
    const closed = house.open(post("http://127.0.0.1:9/x"), {}, { fetch: overHttp });
    assert.match((await fired(closed, "PreToolUse", CALL)).notices.join(), /can't be reached/);
    const ports = { fetch: () => assert.fail("it was asked"), httpUrls: ["https://hooks.example.com/*"] };
    for (const url of ["https://example.com/x", "https://hooks.example.com.evil.org/x", "http://hooks.example.com/x"])
      assert.match((await fired(house.open(post(url), {}, ports), "PreToolUse", CALL)).notices.join(), /allowedHttpHookUrls/);
  });
});

describe("a hook that is a tool of a server", () => {
  const tool = (input: Json): Json => on("PostToolUse", { type: "mcp_tool", server: "plugin:p:s", tool: "t", input });
  const payload = { ...CALL, tool_response: { files: ["a", "b"] } };

  test("is called with what the event has at the paths it names", async () => {
    await using house = await scene();
    const calls: unknown[] = [];
    const callMcpTool: HookPorts["callMcpTool"] = async (call) => {
      calls.push(call);
      return { text: JSON.stringify({ hookSpecificOutput: { additionalContext: "seen" } }), isError: false };
    };
    const input = {
      command: "ran ${tool_input.command}",
      first: ["${tool_response.files.0}"],
      n: 1,
      none: "${a.b}",
      all: "${tool_response.files}",
    };
    const { outcome } = await fired(house.open(tool(input), {}, { callMcpTool }), "PostToolUse", payload);
    const filled = { command: "ran git push", first: ["a"], n: 1, none: "", all: '["a","b"]' };
    assert.deepEqual(calls, [{ server: "plugin:p:s", tool: "t", input: filled }]);
    assert.equal(outcome.contexts[0]?.text, "seen");
  });

  test.each<[string, HookPorts["callMcpTool"]]>([
    ["isn't connected", async () => undefined],
    ["answers with an error", async () => ({ text: "no", isError: true })],
    ["throws", async () => Promise.reject(new Error("no"))],
    ["never answers", () => new Promise(() => {})],
  ])("that %s blocks nothing", async (_, callMcpTool) => {
    await using house = await scene();
    const raw = on("PreToolUse", { type: "mcp_tool", server: "s", tool: "t", timeout: 0.1 });
    const { outcome, notices } = await fired(house.open(raw, {}, callMcpTool && { callMcpTool }), "PreToolUse", CALL);
    assert.equal(outcome.decision, undefined);
    assert.equal(notices.length, 1);
  });
});

describe("a hook that a model answers", () => {
  const prompt = (words: string, more: Record<string, Json> = {}): Json => on("PreToolUse", { type: "prompt", prompt: words, ...more });

  test("is shown the event where it asks for it, else behind", async () => {
    await using house = await scene();
    const asked: AskedModel[] = [];
    const askModel: HookPorts["askModel"] = async (one) => {
      asked.push(one);
      return `{"ok": true}`;
    };
    await fired(house.open(prompt("Is it \\$5? $ARGUMENTS!", { model: "m" }), {}, { askModel }), "PreToolUse", CALL);
    await fired(house.open(prompt("Is it fine?"), {}, { askModel }), "PreToolUse", CALL);
    assert.match(asked[0]?.prompt ?? "", /^Is it \$5\? \{"session_id":"s1".*\}!$/);
    assert.match(asked[1]?.prompt ?? "", /^Is it fine\?\n\nARGUMENTS: \{"session_id"/);
    assert.deepEqual([asked[0]?.model, asked[1]?.model], ["m", undefined]);
  });

  test("blocks with its reason, fenced or among words", async () => {
    await using house = await scene();
    for (const answer of [
      `{"ok":false,"reason":"r"}`,
      'Well:\n```json\n{"ok": false, "reason": "r"}\n```',
      `I think {"ok":false,"reason":"r"}.`,
    ]) {
      const { outcome } = await fired(house.open(prompt("?"), {}, { askModel: async () => answer }), "PreToolUse", CALL);
      assert.deepEqual([outcome.decision?.reason, outcome.stop?.reason], ["r", "r"]);
    }
  });

  test.each<[string, HookPorts["askModel"], RegExp]>([
    ["says something else", async () => "no idea", /isn't \{"ok"/],
    ["fails", async () => Promise.reject(new Error("overloaded")), /overloaded/],
    ["never answers", () => new Promise(() => {}), /too long/],
    ["isn't there", undefined, /No model/],
  ])("when the model %s nothing is blocked", async (_, askModel, words) => {
    await using house = await scene();
    const { outcome, notices } = await fired(house.open(prompt("?", { timeout: 0.1 }), {}, askModel && { askModel }), "PreToolUse", CALL);
    assert.equal(outcome.decision, undefined);
    assert.match(notices.join(), words);
  });

  test("an agent is given turns and no hooks; what is to be seen of it is handed on", async () => {
    await using house = await scene();
    const tasks: AgentTask[] = [];
    const runAgent: HookPorts["runAgent"] = async function* (task) {
      tasks.push(task);
      yield { type: "heartbeat" };
      return `{"ok": false, "reason": "tests fail"}`;
    };
    const hooks = house.open(on("Stop", { type: "agent", prompt: "Do the tests pass?" }), {}, { runAgent });
    const { outcome, events } = await fired(hooks, "Stop", { stop_hook_active: false });
    assert.equal(outcome.decision?.reason, "tests fail");
    assert.ok(events.some(({ type }) => type === "heartbeat"));
    assert.deepEqual([tasks[0]?.hooks, tasks[0]?.maxTurns], ["off", 50]);
  });

  test("an agent is closed when the reader leaves", async () => {
    await using house = await scene();
    let isClosed = false;
    const runAgent: HookPorts["runAgent"] = async function* () {
      try {
        for (;;) yield { type: "heartbeat" };
      } finally {
        isClosed = true;
      }
    };
    const hooks = house.open(on("Stop", { type: "agent", prompt: "?" }), {}, { runAgent });
    for await (const { type } of hooks.fire("Stop", { stop_hook_active: false }, never)) if (type === "heartbeat") break;
    assert.ok(isClosed);
  });

  test("a deaf agent ends with its time", async () => {
    await using house = await scene();
    const runAgent: HookPorts["runAgent"] = async function* () {
      yield* [];
      return new Promise<string>(() => {});
    };
    const hooks = house.open(on("Stop", { type: "agent", prompt: "?", timeout: 0.1 }), {}, { runAgent });
    assert.match((await fired(hooks, "Stop", { stop_hook_active: false })).notices.join(), /too long/);
  });
});

test("inside of a hook's model or agent no hook fires; beside it they do", async () => {
  await using house = await scene();
  let depth = 0;
  const inner: unknown[] = [];
  let hooks: Hooks | undefined;
  const again = async (): Promise<void> => {
    depth++;
    assert.ok(depth < 3, "it fires itself");
    await Promise.resolve();
    if (hooks) inner.push((await fired(hooks, "Stop", { stop_hook_active: false })).events);
  };
  const ports: Partial<HookPorts> = {
    askModel: async () => {
      await again();
      return `{"ok": true}`;
    },
    async *runAgent() {
      yield { type: "heartbeat" };
      await again();
      return `{"ok": true}`;
    },
  };
  hooks = house.open(on("Stop", { type: "prompt", prompt: "?" }, { type: "agent", prompt: "?" }), {}, ports);
  const outside = await fired(hooks, "Stop", { stop_hook_active: false }, never);
  assert.equal(depth, 2);
  assert.deepEqual(inner, [[], []]);
  assert.equal(outside.events.filter(({ type }) => type === "hook.completed").length, 2);
});
