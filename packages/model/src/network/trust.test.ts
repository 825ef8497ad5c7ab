import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { SecureVersion } from "node:tls";
import { promisify } from "node:util";
import { temporaryHome } from "@keelson/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { hasOpenssl, makeCertificates, type Certificates, type Pair } from "../../test/certificates.ts";
import { settled } from "../fixtures/endpoint.ts";
import { fails } from "../fixtures/failing.ts";
import { loopbackProxy, serving } from "../fixtures/proxy.ts";
import { openNetwork } from "./open-network.ts";

if (!hasOpenssl()) console.warn("openssl isn't installed: certificates are NOT tested here");
describe.runIf(hasOpenssl())("over TLS", () => {
  let made: Certificates;
  beforeAll(async () => {
    made = await makeCertificates();
  });
  afterAll(() => made[Symbol.asyncDispose]());

  const secure = ({ key, cert }: Pair, wantsClient = false, maxVersion: SecureVersion = "TLSv1.3") =>
    serving((_, response) => response.end("ok"), {
      key: key.pem,
      cert: cert.pem,
      maxVersion,
      ...(wantsClient && { ca: made.authority.pem, requestCert: true, rejectUnauthorized: true }),
    });
  const words = async (network: ReturnType<typeof openNetwork>, port: number, host = "127.0.0.1") => {
    const told = await (await network.fetch(`https://${host}:${port}`)).text();
    await settled();
    return told;
  };

  test("an authority of one's own is trusted, from a file or as it is, and connections are kept", async () => {
    await using server = await secure(made.server);
    for (const ca of [made.authority.file, made.authority.pem]) {
      const before = server.connections();
      await using network = openNetwork({ ca });
      for (const host of ["127.0.0.1", "127.0.0.1", "localhost"]) assert.equal(await words(network, server.port, host), "ok");
      assert.equal(server.connections() - before, 2);
    }
  });

  test("a certificate that nobody vouches for, that is over, or that is another's is told apart", async () => {
    await using network = openNetwork({ ca: made.authority.pem });
    await using server = await secure(made.server);
    await using plain = openNetwork();
    await fails(words(plain, server.port), "certificate", /signed by nobody who is trusted here \(\w+\)\. .*SSL_CERT_FILE/);
    await using expired = await secure(made.expired);
    await fails(words(network, expired.port), "certificate", /isn't valid today \(CERT_HAS_EXPIRED\)\. Check this machine's clock/);
    await using elsewhere = await secure(made.elsewhere);
    await fails(words(network, elsewhere.port), "certificate", /is another host's \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
    await using none = await serving((_, response) => response.end("no"));
    await fails(words(network, none.port), "not_tls", /doesn't speak TLS \(\w+\)\. Check the port/);
  });

  test("a client certificate is shown where one is wanted, straight or through a proxy", async () => {
    await using server = await secure(made.server, true);
    const { cert, key } = made.client;
    const settings = { ca: made.authority.file, clientCert: cert.file, clientKey: key.pem };
    await using network = openNetwork(settings);
    assert.equal(await words(network, server.port), "ok");
    await using proxy = await loopbackProxy();
    await using through = openNetwork({ ...settings, proxy: { https: proxy.address } });
    assert.equal(await words(through, server.port), "ok");
    assert.equal(proxy.asked.length, 1);
    await using without = openNetwork({ ca: made.authority.file });
    await using older = await secure(made.server, true, "TLSv1.2");
    assert.equal(await words(network, older.port), "ok");
    for (const { port } of [server, older])
      await fails(words(without, port), "client_certificate", /wants a client certificate.*KEEL_CLIENT_CERT/);
  });

  test("files that can't be read or used are named, before anything is sent", async () => {
    await using home = await temporaryHome();
    await using server = await secure(made.server);
    await using missing = openNetwork({ ca: "/nowhere/ca.pem" });
    await fails(
      words(missing, server.port),
      "settings",
      /^Can't read the certificate authority, \/nowhere\/ca\.pem \(ENOENT\)\. Set SSL_CERT_FILE/,
    );
    await using mixed = openNetwork({ clientCert: made.client.cert.pem, clientKey: made.server.key.pem });
    await fails(words(mixed, server.port), "settings", /can't be used \(\w+\)\. Check SSL_CERT_FILE, KEEL_CLIENT_CERT and KEEL_CLIENT_KEY/);
    await using broken = openNetwork({ clientCert: "-----BEGIN nothing", clientKey: made.client.key.pem });
    await fails(words(broken, server.port), "settings", /can't be used/);
    assert.equal(server.connections(), 0);
    const late = join(home.path, "late.pem");
    await using network = openNetwork({ ca: late });
    await fails(words(network, server.port), "settings", /ENOENT/);
    await using plain = await serving((_, response) => response.end("ok"));
    assert.equal(await (await network.fetch(`http://127.0.0.1:${plain.port}`)).text(), "ok", "where there is no TLS, they aren't needed");
    await copyFile(made.authority.file, late);
    assert.equal(await words(network, server.port), "ok", "one that comes later is found");
  });

  test("a process ends by itself though it keeps a connection, through tunnels in TLS too", async () => {
    const tls = { key: made.server.key.pem, cert: made.server.cert.pem };
    await using proxy = await loopbackProxy({ tls });
    await using server = await secure(made.server);
    const script = `
      const { openNetwork } = await import(process.argv[1]);
      const response = await openNetwork(JSON.parse(process.argv[2])).fetch(process.argv[3]);
      console.log(await response.text(), process.moduleLoadList.filter((name) => name.includes("undici")).length);`;
    const file = join(import.meta.dirname, "open-network.ts");
    const run = async (settings: object) => {
      const args = ["--input-type=module", "-e", script, file, JSON.stringify(settings), `https://127.0.0.1:${server.port}`];
      return (await promisify(execFile)(process.execPath, args)).stdout;
    };
    assert.equal(await run({ ca: made.authority.file }), "ok 0\n");
    assert.equal(await run({ ca: made.authority.file, proxy: { https: proxy.address } }), "ok 0\n");
    assert.equal(proxy.asked.length, 1);
  });
});
