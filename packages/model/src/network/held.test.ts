import assert from "node:assert/strict";
import { test } from "vitest";
import { serving } from "../fixtures/proxy.ts";
import { openNetwork } from "./open-network.ts";

test("a request that is held to addresses goes there, whatever its name means, and keeps the name", async () => {
  const sockets = new Set<unknown>();
  await using server = await serving((request, response) => {
    sockets.add(request.socket);
    response.end(request.headers.host);
  });
  await using network = openNetwork();
  const ask = async (addresses?: readonly string[]): Promise<string> =>
    (await network.fetch(`http://localhost:${server.port}/`, { ...(addresses && { addresses }) })).text();
  assert.equal(
    await (await network.fetch(`http://held.invalid:${server.port}/`, { addresses: ["127.0.0.1"] })).text(),
    `held.invalid:${server.port}`,
  );
  await ask();
  await ask(["127.0.0.1"]); // not by the connection that is kept
  await ask(["127.0.0.1"]);
  await ask();
  assert.equal(sockets.size, 4);
  await assert.rejects(ask([]), { code: "dns" });
  await assert.rejects(ask(["no address"]), { code: "dns" });
});

test("whether a proxy stands before an address is known without asking it", async () => {
  await using network = openNetwork({ proxy: { http: "http://127.0.0.1:9" }, noProxy: "near.example" });
  const proxied = (address: string): Promise<boolean> => network.proxied(new URL(address));
  assert.deepEqual(await Promise.all(["http://far.example/", "http://near.example/", "https://far.example/"].map(proxied)), [
    true,
    false,
    false,
  ]);
});
