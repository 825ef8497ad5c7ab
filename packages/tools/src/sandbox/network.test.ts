import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createPlainServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import type { NetworkBounds } from "@keelson/protocol";
import { describe, test } from "vitest";
import { nodeFor, openCell, whereSandboxed } from "../../test/sandbox.ts";
import { openProxy } from "./proxy.ts";

whereSandboxed("whom a sandbox lets speak to", ["bwrap", "socat"], network);

type Listening = AsyncDisposable & { readonly port: number };

async function listening(server: Server, where: string | { readonly host: string }): Promise<Listening> {
  await new Promise<void>(
    (resolve) => void (typeof where === "string" ? server.listen(where, resolve) : server.listen(0, where.host, resolve)),
  );
  const at = server.address();
  return {
    port: typeof at === "object" && at !== null ? (at satisfies AddressInfo).port : 0,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** Says which host it was asked for. */
async function web(asked: string[] = []): Promise<Listening> {
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.headers.host} ${request.url}`);
    response.setHeader("connection", "close").end(`hello ${request.headers.host}`);
  });
  return listening(server, { host: "127.0.0.1" });
}

const some = (...allowed: string[]): { readonly network: NetworkBounds } => ({ network: { allowed, denied: [] } });
/** Nothing but bash: what the variable names is spoken to as it is. */
const ask = (request: string): string =>
  `at=\${http_proxy#http://}; exec 9<>"/dev/tcp/\${at%:*}/\${at#*:}" && printf '${request}' >&9 && cat <&9`;
const get = (url: string, host = "x"): string => ask(`GET ${url} HTTP/1.1\\r\\nhost: ${host}\\r\\nconnection: close\\r\\n\\r\\n`);

function network(): void {
  describe("a sandbox without hosts", () => {
    test("reaches nothing, this machine included, while its own servers work", async () => {
      await using cell = await openCell();
      await using server = await web();
      const { stdout } = await cell.sh(
        `(exec 9<>/dev/tcp/127.0.0.1/${server.port}) 2>/dev/null || echo refused; (exec 9<>/dev/tcp/1.1.1.1/80) 2>/dev/null || echo unreachable`,
      );
      assert.equal(stdout, "refused\nunreachable\n");
      const own = `const s = require("node:net").createServer((c) => c.end("own")).listen(0, "127.0.0.1", () => require("node:net").connect(s.address().port).pipe(process.stdout).on("unpipe", () => process.exit()))`;
      assert.equal((await cell.sh(`"${await nodeFor(cell)}" -e '${own}'`)).stdout, "own");
    });

    test("has an open network where that is what it was given", async () => {
      await using cell = await openCell();
      await using server = await web();
      const { stdout } = await cell.sh(`http_proxy=http://127.0.0.1:${server.port}; ${get("/a", "here")}`, { network: "open" });
      assert.match(stdout, /hello here$/);
    });

    test("opens no socket of the file system, unless they are open", async () => {
      await using cell = await openCell();
      await using _ = await listening(
        createPlainServer((client) => client.end("daemon")),
        join(cell.project, "daemon"),
      );
      const connect = `require("node:net").connect("daemon").on("error", (e) => console.log(e.code)).on("data", (b) => console.log(String(b)))`;
      const script = `"${await nodeFor(cell)}" -e '${connect}'`;
      assert.equal((await cell.sh(script)).stdout, "EPERM\n");
      assert.equal((await cell.sh(script, { network: "open" })).stdout, "EPERM\n");
      assert.equal((await cell.sh(script, some("localhost"))).stdout, "EPERM\n");
      assert.equal((await cell.sh(script, { unixSockets: "open" })).stdout, "daemon\n");
    });
  });

  describe("a sandbox with hosts", () => {
    test("reaches an allowed one, as the URL names it", async () => {
      await using cell = await openCell();
      const asked: string[] = [];
      await using server = await web(asked);
      const { stdout } = await cell.sh(get(`http://localhost:${server.port}/a?b=c`, "elsewhere.example"), some("localhost"));
      assert.match(stdout, /^HTTP\/1\.1 200 OK\r\n/);
      assert.match(stdout, /hello localhost:\d+$/);
      assert.deepEqual(asked, [`GET localhost:${server.port} /a?b=c`]);
    });

    test("reaches it through a tunnel, bytes as they are in both directions", async () => {
      await using cell = await openCell();
      await using server = await listening(
        createPlainServer((client) => client.pipe(client)),
        { host: "127.0.0.1" },
      );
      const script = ask(`CONNECT localhost:${server.port} HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n`).replace(
        "&& cat <&9",
        `&& read -r line <&9 && read -r -d '' -n 2 rest <&9; printf 'ping\\n' >&9; read -r word <&9; echo "$line $word"`,
      );
      assert.match((await cell.sh(script, some("localhost"))).stdout, /^HTTP\/1\.1 200 Connection Established\r ping\n$/);
    });

    test.each<[string, (port: number) => string, NetworkBounds]>([
      ["one that is on no list", (port) => `http://localhost:${port}/`, { allowed: ["example.org"], denied: [] }],
      ["one that is denied as well", (port) => `http://localhost:${port}/`, { allowed: ["localhost"], denied: ["localhost"] }],
      ["this machine by a pattern", (port) => `http://localhost:${port}/`, { allowed: ["*"], denied: [] }],
      ["an address by another spelling", (port) => `http://2130706433:${port}/`, { allowed: ["localhost", "*"], denied: [] }],
      ["what looks like an allowed one", (port) => `http://localhost@127.0.0.1:${port}/`, { allowed: ["localhost"], denied: [] }],
      ["another scheme", (port) => `ftp://localhost:${port}/`, { allowed: ["localhost"], denied: [] }],
    ])("doesn't reach %s", async (_, url, bounds) => {
      await using cell = await openCell();
      const asked: string[] = [];
      await using server = await web(asked);
      assert.match((await cell.sh(get(url(server.port)), { network: bounds })).stdout, /^HTTP\/1\.1 403 /);
      const tunnel = ask(
        `CONNECT ${url(server.port)
          .replace(/^\w+:\/\//, "")
          .replace(/\/$/, "")} HTTP/1.1\\r\\n\\r\\n`,
      );
      if (!url(0).startsWith("ftp")) assert.match((await cell.sh(tunnel, { network: bounds })).stdout, /^HTTP\/1\.1 403 /);
      assert.deepEqual(asked, []);
    });

    test("reaches nothing past the proxy", async () => {
      await using cell = await openCell();
      await using server = await web();
      const { stdout } = await cell.sh(`(exec 9<>/dev/tcp/127.0.0.1/${server.port}) 2>/dev/null || echo refused`, some("localhost"));
      assert.equal(stdout, "refused\n");
    });

    test("can't look into what carries its words, nor change it", async () => {
      await using cell = await openCell();
      const script = `for p in /proc/[0-9]*; do [ "$(cat $p/comm)" = socat ] && { echo found; cat $p/environ $p/mem && echo read; : >$p/mem && echo open; }; done`;
      const { stdout, stderr } = await cell.sh(script, some("localhost"));
      assert.match(stdout, /^(found\n)+$/); // one for each connection that it carries
      assert.match(stderr, /environ: Permission denied[^]*mem: Permission denied/);
    });

    test("leaves nothing of the proxy behind", async () => {
      await using cell = await openCell();
      const { stdout } = await cell.sh("echo /tmp/keel-proxy-*", some("localhost"));
      assert.match(stdout, /^\/tmp\/keel-proxy-\w+\n$/);
      assert.equal(existsSync(stdout.trim()), false);
    });
  });

  test("a proxy that is closed takes its socket and its folder with it", async () => {
    const proxy = await openProxy({ allowed: ["localhost"], denied: [] });
    assert.ok(existsSync(proxy.socket));
    proxy.close();
    assert.deepEqual(
      proxy.remains.map((path) => existsSync(path)),
      [false, false],
    );
  });
}
