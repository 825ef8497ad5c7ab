import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer as createSocketServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, test, vi } from "vitest";
import { settled, tally } from "../fixtures/endpoint.ts";
import { fails } from "../fixtures/failing.ts";
import { serving } from "../fixtures/proxy.ts";
import type { FetchInit } from "./fetch.ts";
import { openNetwork } from "./open-network.ts";

const body = async (request: AsyncIterable<Uint8Array>): Promise<string> => Buffer.concat(await Array.fromAsync(request)).toString();

describe("a request", () => {
  test("brings its method, headers and body there, and the answer back", async () => {
    await using server = await serving((request, response) => {
      void body(request).then((words) => {
        const { method, url, headers } = request;
        response.writeHead(201, "Made", { "content-type": "application/json", "x-two": ["a", "b"], "set-cookie": ["c=1", "d=2"] });
        response.end(JSON.stringify({ method, url, words, length: headers["content-length"], type: headers["content-type"] }));
      });
    });
    await using network = openNetwork();
    const address = `http://localhost:${server.port}/a/b?c=d%20e#not-sent`;
    const response = await network.fetch(address, { method: "POST", headers: { "Content-Type": "text/x" }, body: "Grüße 👩‍🚀" });
    const { ok, status, statusText, url, headers } = response;
    assert.deepEqual([ok, status, statusText, url], [true, 201, "Made", address]);
    assert.deepEqual([headers.get("Content-Type"), headers.get("x-two"), headers.get("none")], ["application/json", "a, b", null]);
    assert.deepEqual([headers.has("X-Two"), headers.has("none"), headers.get("set-cookie")], [true, false, "c=1, d=2"]);
    assert.ok([...headers].some(([name]) => name === "x-two") && [...headers.entries()].length === [...headers].length);
    const length = String(Buffer.byteLength("Grüße 👩‍🚀"));
    assert.deepEqual(await response.json(), { method: "POST", url: "/a/b?c=d%20e", words: "Grüße 👩‍🚀", length, type: "text/x" });
  });

  test("says that it takes everything, as it is, unless its own headers say otherwise", async () => {
    await using server = await serving((request, response) => response.end(JSON.stringify(request.headers)));
    await using network = openNetwork();
    const seen = async (headers: FetchInit["headers"]) =>
      (await network.fetch(`http://127.0.0.1:${server.port}`, { ...(headers && { headers }) })).json();
    const host = { host: `127.0.0.1:${server.port}`, connection: "keep-alive" };
    assert.deepEqual(await seen(undefined), { accept: "*/*", "accept-encoding": "identity", ...host });
    assert.deepEqual(await seen({ Accept: "text/html", "ACCEPT-ENCODING": "gzip" }), {
      accept: "text/html",
      "accept-encoding": "gzip",
      ...host,
    });
    assert.deepEqual(await seen(new Headers({ Accept: "a/b" })), { accept: "a/b", "accept-encoding": "identity", ...host });
  });

  test("without a body to read frees its connection by itself", async () => {
    await using server = await serving((request, response) =>
      (request.url === "/none" ? response.writeHead(204) : response.writeHead(200, { "content-length": 9 })).end(),
    );
    await using network = openNetwork();
    for (const [path, method] of [
      ["/none", "GET"],
      ["/", "HEAD"],
      ["/none", "POST"],
    ] as const) {
      const response = await network.fetch(`http://127.0.0.1:${server.port}${path}`, { method });
      assert.equal(response.body, null);
      assert.equal(await response.text(), "");
      await settled();
    }
    assert.equal(server.connections(), 1);
  });

  test("that isn't for the web is refused in words, without a password", async () => {
    await using network = openNetwork();
    await fails(network.fetch("localhost 8080"), "settings", /localhost 8080/);
    await fails(network.fetch("file:///etc/passwd"), "settings", /file:/);
    await fails(network.fetch(new URL("ftp://me:secret@host/x")), "settings", /^(?!.*secret)/);
  });
});

describe("an abort", () => {
  const reason = new Error("enough");

  test("that came before asks nothing", async () => {
    await using server = await serving(() => assert.fail("no request"));
    await using network = openNetwork();
    await assert.rejects(
      network.fetch(`http://127.0.0.1:${server.port}`, { signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
    assert.equal(server.connections(), 0);
  });

  test("before the answer, or in the middle, closes the connection and is told by its reason", async () => {
    const control = [new AbortController(), new AbortController()];
    await using server = await serving((request, response) => {
      if (request.url === "/never") control[0]?.abort(reason);
      else response.writeHead(200).write("a");
    });
    await using network = openNetwork();
    const address = `http://127.0.0.1:${server.port}`;
    await assert.rejects(network.fetch(`${address}/never`, { signal: control[0]?.signal ?? null }), (error) => error === reason);
    await server.closed();
    const response = await network.fetch(address, { signal: control[1]?.signal ?? null });
    await assert.rejects(
      async () => {
        for await (const _ of response.body ?? []) control[1]?.abort(reason);
      },
      (error) => error === reason,
    );
    await server.closed();
  });

  test("leaves nothing on a signal that goes on", async () => {
    await using server = await serving((_, response) => response.end("a"));
    await using network = openNetwork();
    const { signal } = new AbortController();
    const [adds, removes] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
    await (await network.fetch(`http://127.0.0.1:${server.port}`, { signal })).text();
    await settled();
    assert.equal(adds.mock.calls.length, 1);
    assert.ok(removes.mock.calls.some(([, listener]) => listener === adds.mock.calls[0]?.[1]));
  });
});

describe("a connection", () => {
  test("whose answer is read to its end serves the next request; one that a reader leaves is closed", async () => {
    await using server = await serving((_, response) => response.writeHead(200).end("ab"));
    await using network = openNetwork();
    const ask = () => network.fetch(`http://127.0.0.1:${server.port}`);
    for (let turn = 0; turn < 3; turn++) {
      assert.equal(await (await ask()).text(), "ab");
      await settled();
    }
    assert.equal(server.connections(), 1);
    await using endless = await serving((_, response) => response.writeHead(200).write("ab"));
    const hanging = () => network.fetch(`http://127.0.0.1:${endless.port}`);
    for await (const _ of (await hanging()).body ?? []) break;
    await endless.closed();
    const unread = (await hanging()).body?.[Symbol.asyncIterator]();
    await unread?.return?.();
    await endless.closed();
  });

  test("that breaks in the middle is a cut", async () => {
    await using server = await serving((_, response) =>
      response.writeHead(200, { "content-length": 9 }).write("ab", () => response.destroy()),
    );
    await using network = openNetwork();
    await fails(
      (await network.fetch(`http://127.0.0.1:${server.port}`)).text(),
      "cut",
      /^The connection to 127\.0\.0\.1:\d+ broke in the middle/,
    );
  });

  test("that was kept and is closed meanwhile is replaced, where asking twice does no harm", async () => {
    const asked: string[] = [];
    const served = new Set<object>();
    await using server = await serving((request, response) => {
      void body(request).then((words) => {
        asked.push(`${request.method} ${words}`);
        if (served.has(request.socket)) return request.socket.resetAndDestroy(); // as if it had closed just before
        served.add(request.socket);
        return response.end("ok");
      });
    });
    await using network = openNetwork();
    const ask = async (init: FetchInit) => {
      const words = await (await network.fetch(`http://127.0.0.1:${server.port}`, init)).text();
      await settled();
      return words;
    };
    assert.equal(await ask({}), "ok");
    assert.equal(await ask({}), "ok");
    assert.equal(await ask({ method: "POST", body: "model", replay: true }), "ok");
    await fails(ask({ method: "POST", body: "tool" }), "unreachable", /ECONNRESET/);
    assert.deepEqual(asked, ["GET ", "GET ", "GET ", "POST model", "POST model", "POST tool"]);
  });

  test("to nobody says whom, and why", async () => {
    const gone = await serving(undefined);
    await gone[Symbol.asyncDispose]();
    await using network = openNetwork();
    await fails(
      network.fetch(`http://127.0.0.1:${gone.port}`),
      "unreachable",
      new RegExp(`^Can't reach 127\\.0\\.0\\.1:${gone.port} \\(ECONNREFUSED\\)\\. Check`),
    );
    await fails(network.fetch("http://no..name"), "dns", /^No address is known for no\.\.name \(\w+\)\. Check the name/);
  });

  test("is closed with its network, used or kept, and no more requests are taken", async () => {
    const asked = tally();
    await using server = await serving((request, response) => {
      if (request.url === "/kept") response.end("ok");
      if (request.url === "/begun") response.write("o");
      asked.up();
    });
    const network = openNetwork();
    const ask = (path: string) => network.fetch(`http://127.0.0.1:${server.port}${path}`);
    await (await ask("/kept")).text();
    await settled();
    const pending = [fails((await ask("/begun")).text(), "closed", /closed/), fails(ask("/never"), "closed", /closed/)];
    await asked.reaches(3);
    await network[Symbol.asyncDispose]();
    await Promise.all(pending);
    await server.closed();
    await fails(network.fetch(`http://127.0.0.1:${server.port}`), "closed", /closed/);
  });
});

describe("a limit", () => {
  const LIMIT = 5_000;
  afterEach(() => vi.useRealTimers());
  const timers = (): void => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });

  test("on connecting ends a handshake that goes on without end", async () => {
    const shaking = tally();
    const sockets = createSocketServer((socket) => socket.on("error", () => undefined).once("data", shaking.up)).listen(0, "127.0.0.1");
    await once(sockets, "listening");
    const { port } = sockets.address() as AddressInfo;
    timers();
    await using network = openNetwork({ limits: { connect: LIMIT } });
    const asked = fails(
      network.fetch(`https://127.0.0.1:${port}`),
      "slow",
      /^No connection to 127\.0\.0\.1:\d+ within 5 s\. Check the network/,
    );
    await shaking.reaches(1);
    vi.advanceTimersByTime(LIMIT);
    await asked;
    sockets.close();
  });

  test("on the answer begins when the connection stands, a kept one too, and closes it", async () => {
    const asked = tally();
    await using server = await serving((request, response) => {
      if (request.url === "/") response.end("ok");
      else asked.up();
    });
    timers();
    await using network = openNetwork({ limits: { connect: LIMIT, headers: LIMIT } });
    await (await network.fetch(`http://127.0.0.1:${server.port}/`)).text();
    await settled();
    for (const turn of [1, 2]) {
      const reply = fails(network.fetch(`http://127.0.0.1:${server.port}/never`), "slow", /^127\.0\.0\.1:\d+ gave no answer within 5 s/);
      await asked.reaches(turn);
      vi.advanceTimersByTime(LIMIT);
      await reply;
      await server.closed();
    }
  });

  test("on silence counts while a reader waits, and not while it takes its time", async () => {
    let say: (words: string) => void = () => assert.fail("nobody asked");
    await using server = await serving((_, response) => {
      response.writeHead(200).write("a");
      say = (words) => response.write(words);
    });
    timers();
    await using network = openNetwork({ limits: { idle: LIMIT } });
    const chunks = (await network.fetch(`http://127.0.0.1:${server.port}`)).body?.[Symbol.asyncIterator]();
    assert.equal(String((await chunks?.next())?.value), "a");
    vi.advanceTimersByTime(10 * LIMIT);
    say("b");
    assert.equal(String((await chunks?.next())?.value), "b");
    const last = fails(Promise.resolve(chunks?.next()), "slow", /said nothing for 5 s in the middle of its answer/);
    await settled();
    vi.advanceTimersByTime(LIMIT);
    await last;
    await server.closed();
  });

  test("that isn't reached leaves no timer behind", async () => {
    await using server = await serving((_, response) => response.end("ok"));
    timers();
    await using network = openNetwork({ limits: { connect: LIMIT, headers: LIMIT, idle: LIMIT } });
    await (await network.fetch(`http://127.0.0.1:${server.port}`)).text();
    assert.equal(vi.getTimerCount(), 0);
  });
});

test("a plain request loads neither undici nor TLS, and a process with a kept connection ends by itself", async () => {
  await using server = await serving((_, response) => response.end("ok"));
  const script = `
    const { openNetwork } = await import(process.argv[1]);
    const response = await openNetwork().fetch(process.argv[2], { method: "POST", body: "x" });
    const loaded = process.moduleLoadList.filter((name) => /undici|NativeModule (tls|https)$/.test(name));
    console.log(JSON.stringify({ words: await response.text(), loaded }));`;
  const file = join(import.meta.dirname, "open-network.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "-e",
    script,
    file,
    `http://127.0.0.1:${server.port}`,
  ]);
  assert.deepEqual(JSON.parse(stdout), { words: "ok", loaded: [] });
});
