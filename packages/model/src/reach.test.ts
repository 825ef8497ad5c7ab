import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isModelError, text, type Message, type ModelErrorCode } from "@keelson/protocol";
import { realClock } from "@keelson/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { hasOpenssl, makeCertificates, type Certificates } from "../test/certificates.ts";
import { connect } from "./connect.ts";
import { DIALECTS } from "./dialect.ts";
import { endpoint, hear, REQUEST, STREAM, wire } from "./fixtures/endpoint.ts";
import { loopbackProxy, serving } from "./fixtures/proxy.ts";
import type { NetworkSettings } from "./network/settings.ts";
import { openNetwork } from "./network/open-network.ts";

const KEY = "sk-ant-secret-key";
const TEXT = wire("text");

/** What a model says over a network with such settings. */
async function ask(baseUrl: string, settings: NetworkSettings) {
  await using network = openNetwork(settings);
  return await hear(connect({ dialect: DIALECTS.anthropic, baseUrl, apiKey: KEY, clock: realClock, fetch: network.fetch }));
}

async function fails(asked: ReturnType<typeof ask>, code: ModelErrorCode, words: RegExp): Promise<void> {
  const { parts, error } = await asked;
  assert.deepEqual(parts, []);
  assert.ok(isModelError(error), String(error));
  assert.equal(error.code, code);
  assert.match(error.message, words);
  assert.ok(!error.message.includes("\n") && !error.message.includes("hunter2"), error.message);
}

if (!hasOpenssl()) console.warn("openssl isn't installed: a model behind TLS and a proxy is NOT tested here");
describe.runIf(hasOpenssl())(
  "a model behind a proxy with a login, over TLS with an authority and a client certificate of one's own",
  () => {
    let made: Certificates;
    beforeAll(async () => {
      made = await makeCertificates();
    });
    afterAll(() => made[Symbol.asyncDispose]());
    const model = () =>
      serving((request, response) => void request.resume().once("end", () => response.writeHead(200, STREAM).end(TEXT)), {
        key: made.server.key.pem,
        cert: made.server.cert.pem,
        ca: made.authority.pem,
        requestCert: true,
      });
    const settings = () => ({ ca: made.authority.file, clientCert: made.client.cert.file, clientKey: made.client.key.file });

    test("answers", async () => {
      await using proxy = await loopbackProxy({ login: "me:hunter2" });
      await using server = await model();
      const https = proxy.address.replace("//", "//me:hunter2@");
      const { parts, error } = await ask(`https://localhost:${server.port}`, { ...settings(), proxy: { https } });
      assert.equal(error, undefined);
      assert.equal(parts.at(-1)?.type, "done");
      assert.deepEqual(
        proxy.asked.map(({ line }) => line),
        [`CONNECT localhost:${server.port}`],
      );
    });

    test("or says what stands between, and what to do about it", async () => {
      await using server = await model();
      const url = `https://localhost:${server.port}`;
      await fails(
        ask(url, {}),
        "network",
        new RegExp(`^Can't reach ${url}: The certificate of localhost:${server.port} is signed by nobody .* SSL_CERT_FILE`),
      );
      await fails(
        ask(url, { ca: made.authority.pem }),
        "network",
        new RegExp(`^Can't reach ${url}: localhost:${server.port} wants a client certificate`),
      );
      await fails(ask(url, { ca: "/nowhere" }), "invalid_request", /Can't read the certificate authority, \/nowhere \(ENOENT\)/);
    });
  },
);

describe("a proxy", () => {
  test("that doesn't help is named, with what to do", async () => {
    await using proxy = await loopbackProxy({ login: "me:hunter2" });
    const https = proxy.address.replace("//", "//me:other-hunter2@");
    await fails(
      ask("https://api.test", { proxy: { https } }),
      "network",
      new RegExp(`^Can't reach https://api.test: The proxy ${proxy.address} refuses the login \\(407\\)\\. Check`),
    );
    await fails(
      ask("http://127.0.0.1:9", { proxy: { http: https } }),
      "network",
      new RegExp(`^Can't reach http://127.0.0.1:9: The proxy ${proxy.address} refuses the login`),
    );
    const gone = await loopbackProxy();
    await gone[Symbol.asyncDispose]();
    await fails(
      ask("https://api.test", { proxy: { https: gone.address } }),
      "network",
      new RegExp(`: Can't reach the proxy ${gone.address} \\(ECONNREFUSED\\)\\. Check HTTPS_PROXY`),
    );
    await fails(
      ask("https://api.test", { proxy: { https: "socks5://me:hunter2@h:1" } }),
      "invalid_request",
      /The proxy socks5:\/\/h:1 can't be used/,
    );
  });

  test("that is too slow is a network's failure in our words, though the SDK knows timeouts by theirs", async () => {
    await using proxy = await loopbackProxy({ refuse: -1 });
    const asked = ask("https://timeout.test", { proxy: { https: proxy.address }, limits: { connect: 50 } });
    await fails(
      asked,
      "network",
      new RegExp(`^Can't reach https://timeout.test: No connection to timeout.test by the proxy ${proxy.address} within 0.05 s`),
    );
  });
});

test("each body begins with the one before it, up to the marks, as it stands on the wire", async () => {
  const bodies: Buffer[] = [];
  await using server = await serving((request, response) => {
    void Array.fromAsync(request).then((chunks) => {
      bodies.push(Buffer.concat(chunks));
      assert.equal(Number(request.headers["content-length"]), bodies.at(-1)?.length);
      assert.equal(request.headers["content-type"], "application/json");
      response.writeHead(200, STREAM).end(TEXT);
    });
  });
  const model = connect({ dialect: DIALECTS.anthropic, baseUrl: `http://127.0.0.1:${server.port}`, apiKey: KEY, clock: realClock });
  const body = { thinking: { type: "adaptive" }, system: [text("Kurz, bitte: 日本")] };
  let messages: readonly Message[] = [{ role: "user", content: [text("go")] }];
  for (let turn = 0; turn < 30; turn++) {
    const { error } = await hear(model, { ...REQUEST, messages, body, maxTokens: 1_000 + turn });
    assert.equal(error, undefined);
    messages = [...messages, { role: "assistant", content: [text("Grüße 👩‍🚀")] }, { role: "user", content: [text("x".repeat(500))] }];
  }
  assert.equal(bodies.length, 30);
  for (const [turn, next] of bodies.entries()) {
    const before = bodies[turn - 1];
    const marks = before?.indexOf(',"cache_control"', before.indexOf('"messages"'));
    if (before && marks !== undefined) assert.ok(before.subarray(0, marks).equals(next.subarray(0, marks)));
    const { model: name, messages: sent, max_tokens, stream } = JSON.parse(next.toString());
    assert.deepEqual([name, sent.length, max_tokens, stream], [REQUEST.model, 2 * turn + 1, 1_000 + turn, true]);
  }
});

test("requests at once, of one conversation and of others, each arrive whole", async () => {
  await using server = await endpoint((response) => response.writeHead(200, STREAM).end(TEXT));
  const model = connect({ dialect: DIALECTS.anthropic, baseUrl: server.url, apiKey: KEY, clock: realClock });
  const long = "ä".repeat(300_000); // more than a socket takes at once
  const start: readonly Message[] = [{ role: "user", content: [text(long)] }];
  const talks = Array.from({ length: 6 }, (_, at): readonly Message[] =>
    at < 3
      ? [...start, { role: "assistant", content: [text("b")] }, { role: "user", content: [text(`${at}`)] }]
      : [{ role: "user", content: [text(`${at}${long}`)] }],
  );
  const told = await Promise.all(talks.map((messages) => hear(model, { ...REQUEST, messages })));
  assert.deepEqual(
    told.map(({ error }) => error),
    talks.map(() => undefined),
  );
  const arrived = server.asked.map(({ body }) => JSON.stringify(body["messages"]).replaceAll(',"cache_control":{"type":"ephemeral"}', ""));
  assert.deepEqual(arrived.toSorted(), talks.map((messages) => JSON.stringify(messages)).toSorted());
});

test("with light stand-ins for Headers and FormData a whole request loads no undici", async () => {
  await using server = await endpoint((response) => response.writeHead(200, STREAM).end(TEXT));
  const script = `
    globalThis.FormData = class {};
    globalThis.Headers = class extends Map {
      constructor(pairs = []) { super(pairs); }
      append(name, value) { this.set(name, value); }
      set(name, value) { return super.set(name.toLowerCase(), value); }
      get(name) { return super.get(name.toLowerCase()) ?? null; }
      has(name) { return super.has(name.toLowerCase()); }
      delete(name) { return super.delete(name.toLowerCase()); }
    };
    const [folder, baseUrl] = process.argv.slice(1);
    const { connect } = await import(folder + "/connect.ts");
    const { DIALECTS } = await import(folder + "/dialect.ts");
    const clock = { now: () => performance.now(), sleep: (ms, signal) => new Promise((done) => signal.addEventListener("abort", done)), random: () => 0 };
    const request = { model: "m", messages: [{ role: "user", content: [{ type: "text", text: "go" }] }], maxTokens: 9, body: {} };
    const said = [];
    for await (const part of connect({ dialect: DIALECTS.compatible, baseUrl, clock })(request, new AbortController().signal)) said.push(part.type);
    console.log(JSON.stringify([said.at(-1), process.moduleLoadList.filter((name) => name.includes("undici"))]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script, import.meta.dirname, server.url]);
  assert.deepEqual(JSON.parse(stdout), ["done", []]);
});
