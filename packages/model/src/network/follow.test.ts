import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { serving } from "../fixtures/proxy.ts";
import { isNetworkError } from "./network-error.ts";
import { openNetwork } from "./open-network.ts";
import { webFetch } from "./web-fetch.ts";

const redirected = (error: unknown): boolean => isNetworkError(error) && error.code === "redirected" && !error.message.includes("\n");

describe("redirects", () => {
  test("are answers like any other, unless they are to be followed", async () => {
    await using server = await serving((request, response) => {
      if (request.url === "/") response.writeHead(302, { location: "/next" }).end();
      else response.end("there");
    });
    await using network = openNetwork();
    const address = `http://127.0.0.1:${server.port}/`;
    for (const init of [{}, { redirect: "manual" }] as const) {
      const response = await network.fetch(address, init);
      assert.deepEqual([response.status, response.headers.get("location"), await response.text()], [302, "/next", ""]);
    }
    const followed = await network.fetch(address, { redirect: "follow" });
    assert.deepEqual([followed.url, await followed.text()], [`${address}next`, "there"]);
    await assert.rejects(network.fetch(address, { redirect: "error" }), redirected);
    assert.equal((await network.fetch(followed.url, { redirect: "error" })).status, 200);
  });

  test("that say more than where to go aren't listened to", async () => {
    await using there = await serving((_, response) => response.end("there"));
    await using wordy = await serving((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${there.port}` }).write("a word without an end"),
    );
    await using network = openNetwork();
    assert.equal(await (await network.fetch(`http://127.0.0.1:${wordy.port}`, { redirect: "follow" })).text(), "there");
    await wordy.closed();
  });

  test("make a GET of a POST where the standard says so, and keep it elsewhere", async () => {
    await using server = await serving((request, response) => {
      const [, status] = /^\/(\d{3})$/.exec(request.url ?? "") ?? [];
      if (status !== undefined) return response.writeHead(Number(status), { location: "/end" }).end();
      return void Array.fromAsync(request).then((chunks) =>
        response.end(`${request.method} ${Buffer.concat(chunks).toString()} ${request.headers["content-type"]}`),
      );
    });
    await using network = openNetwork();
    const ask = async (status: number, method: string) => {
      const init = { method, redirect: "follow", headers: { "content-type": "x/y" }, body: "words" } as const;
      return (await network.fetch(`http://127.0.0.1:${server.port}/${status}`, init)).text();
    };
    for (const status of [301, 302, 303]) assert.equal(await ask(status, "POST"), "GET  undefined");
    for (const status of [307, 308]) assert.equal(await ask(status, "POST"), "POST words x/y");
    assert.equal(await ask(302, "PUT"), "PUT words x/y");
    assert.equal(await ask(303, "PUT"), "GET  undefined");
  });

  test("to another host take no credentials along", async () => {
    await using other = await serving((request, response) => response.end(JSON.stringify(request.headers)));
    await using server = await serving((request, response) => {
      if (request.url === "/here") return response.end(JSON.stringify(request.headers));
      return response.writeHead(307, { location: request.url === "/" ? "/here" : `http://127.0.0.1:${other.port}` }).end();
    });
    await using network = openNetwork();
    const headers = { Authorization: "Bearer secret", cookie: "secret", "X-Api-Key": "secret", "x-other": "kept" };
    const ask = async (path: string) =>
      (await network.fetch(`http://127.0.0.1:${server.port}${path}`, { headers, redirect: "follow" })).text();
    assert.equal((await ask("/")).split("secret").length - 1, 3);
    const away = await ask("/away");
    assert.ok(!away.includes("secret") && away.includes("kept"));
  });

  test("without an end, to nowhere, or to what isn't the web are told", async () => {
    const places: Readonly<Record<string, string>> = { "/round": "/round", "/file": "file:///etc/passwd", "/broken": "http://" };
    await using server = await serving((request, response) =>
      response.writeHead(302, { location: places[request.url ?? ""] }).end("unread"),
    );
    await using network = openNetwork();
    for (const path of Object.keys(places))
      await assert.rejects(network.fetch(`http://127.0.0.1:${server.port}${path}`, { redirect: "follow" }), redirected, path);
    await using without = await serving((_, response) => response.writeHead(302).end("no place"));
    assert.equal(await (await network.fetch(`http://127.0.0.1:${without.port}`, { redirect: "follow" })).text(), "no place");
  });
});

describe("the web's own fetch, over a network", () => {
  test("takes what fetch takes, and gives a real Response", async () => {
    await using server = await serving((request, response) => {
      if (request.url === "/first") return response.writeHead(303, { location: "/" }).end();
      if (request.url === "/none") return response.writeHead(204).end();
      return void Array.fromAsync(request).then((chunks) =>
        response.writeHead(200, { "x-a": "b" }).end(`${request.method} ${Buffer.concat(chunks).toString()}`),
      );
    });
    await using network = openNetwork();
    const fetch = webFetch(network.fetch);
    const address = `http://127.0.0.1:${server.port}`;
    const response = await fetch(new Request(address, { method: "POST", body: new URLSearchParams({ a: "b" }) }));
    assert.ok(response instanceof Response && response.body instanceof ReadableStream);
    assert.deepEqual([response.status, response.headers.get("x-a"), await response.text()], [200, "b", "POST a=b"]);
    const followed = await fetch(`${address}/first`, { method: "POST", body: "x" });
    assert.deepEqual([followed.url, await followed.text()], [`${address}/`, "GET "]);
    assert.deepEqual(
      [(await fetch(new URL(`${address}/none`))).body, (await fetch(`${address}/first`, { redirect: "manual" })).status],
      [null, 303],
    );
    await assert.rejects(fetch(address, { signal: AbortSignal.abort(new Error("enough")) }), /enough/);
  });

  test("closes the connection when its stream is cancelled, read or not", async () => {
    await using server = await serving((_, response) => response.writeHead(200).write("a"));
    await using network = openNetwork();
    const fetch = webFetch(network.fetch);
    await (await fetch(`http://127.0.0.1:${server.port}`)).body?.cancel();
    await server.closed();
    const reader = (await fetch(`http://127.0.0.1:${server.port}`)).body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader?.read())?.value, "a");
    await reader?.cancel();
    await server.closed();
  });
});
