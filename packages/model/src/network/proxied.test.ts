import assert from "node:assert/strict";
import { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, test, vi } from "vitest";
import { hasOpenssl, makeCertificates, type Certificates } from "../../test/certificates.ts";
import { settled, tally } from "../fixtures/endpoint.ts";
import { fails } from "../fixtures/failing.ts";
import { loopbackProxy, serving } from "../fixtures/proxy.ts";
import { openNetwork } from "./open-network.ts";

const LOGIN = "me@work:p:ä/ö%";
/** With the login that `LOGIN` is, as it stands in a URL. */
const withLogin = (address: string, login = LOGIN): string => {
  const [user = "", ...rest] = login.split(":");
  return address.replace("//", `//${encodeURIComponent(user)}:${encodeURIComponent(rest.join(":"))}@`);
};
const both = (address: string) => ({ http: address, https: address });
const hello = () => serving((request, response) => response.end(JSON.stringify({ url: request.url, headers: request.headers })));

describe("http: by a proxy", () => {
  test("asks it for the whole address, with its login, which goes no further", async () => {
    await using proxy = await loopbackProxy({ login: LOGIN });
    await using server = await hello();
    await using network = openNetwork({ proxy: both(withLogin(proxy.address)) });
    const address = `http://127.0.0.1:${server.port}/a?b=c`;
    for (let turn = 0; turn < 2; turn++) {
      const told = JSON.stringify(await (await network.fetch(`${address}#d`, { headers: { "x-own": "1" } })).json());
      assert.ok(
        told.includes('"url":"/a?b=c"') && told.includes(`"host":"127.0.0.1:${server.port}"`) && told.includes('"x-own":"1"'),
        told,
      );
      assert.ok(!told.includes("proxy-authorization"));
      await settled();
    }
    const line = { line: `GET ${address}`, login: LOGIN, host: `127.0.0.1:${server.port}` };
    assert.deepEqual([proxy.asked, proxy.connections()], [[line, line], 1]);
  });

  test("goes around it for whom NO_PROXY names, and where no proxy is set for http:", async () => {
    await using proxy = await loopbackProxy();
    await using server = await hello();
    const proxies = [{ proxy: both(proxy.address), noProxy: "example.com,127.0.0.0/8" }, { proxy: { https: proxy.address } }];
    for (const settings of proxies) {
      await using network = openNetwork(settings);
      assert.equal((await network.fetch(`http://127.0.0.1:${server.port}`)).status, 200);
    }
    assert.deepEqual(proxy.asked, []);
    await using other = openNetwork({ proxy: both(proxy.address), noProxy: "example.com" });
    await (await other.fetch(`http://127.0.0.1:${server.port}`)).text();
    assert.equal(proxy.asked.length, 1);
  });

  test("needs no scheme in its address, and takes a lone % for one", async () => {
    await using proxy = await loopbackProxy({ login: "me:50%" });
    await using server = await hello();
    await using network = openNetwork({ proxy: both(proxy.address.replace("http://", "me:50%@")) });
    assert.equal((await network.fetch(`http://127.0.0.1:${server.port}`)).status, 200);
    assert.equal(proxy.asked.length, 1);
  });
});

describe("a proxy that doesn't help is named, and its password isn't", () => {
  const named = (words: string) => new RegExp(`^(?!.*(p:ä|wrong|secret|%C3)).*${words}`);
  const addresses = ["http://127.0.0.1:9/", "https://127.0.0.1:9/"];

  test("when it wants a login, or refuses the one it gets", async () => {
    await using proxy = await loopbackProxy({ login: LOGIN });
    for (const address of addresses) {
      await using without = openNetwork({ proxy: both(proxy.address) });
      await fails(
        without.fetch(address),
        "proxy_login",
        named(`^The proxy ${proxy.address} wants a login \\(407\\)\\. Write it into HTTPS_PROXY`),
      );
      await using wrong = openNetwork({ proxy: both(withLogin(proxy.address, "me:wrong")) });
      await fails(
        wrong.fetch(address),
        "proxy_login",
        named(`^The proxy ${proxy.address} refuses the login \\(407\\)\\. Check user and password`),
      );
    }
    assert.deepEqual(new Set(proxy.asked.map(({ login }) => login)), new Set([undefined, "me:wrong"]));
  });

  test("when it makes no tunnel", async () => {
    await using refusing = await loopbackProxy({ refuse: 403 });
    await using network = openNetwork({ proxy: both(withLogin(refusing.address)) });
    await fails(
      network.fetch("https://api.test/"),
      "proxy",
      named(`^The proxy ${refusing.address} doesn't connect to api\\.test:443 \\(403\\)\\. .* add api\\.test to NO_PROXY`),
    );
    await using closing = await loopbackProxy({ refuse: 0 });
    await using other = openNetwork({ proxy: both(withLogin(closing.address)) });
    await fails(other.fetch("https://api.test/"), "proxy", named(`^Can't reach the proxy ${closing.address} \\(ECONNRESET\\)`));
  });

  test("when it isn't there, or is no proxy", async () => {
    const gone = await serving(undefined);
    await gone[Symbol.asyncDispose]();
    await using network = openNetwork({ proxy: both(`http://me:secret@127.0.0.1:${gone.port}`) });
    for (const address of addresses)
      await fails(
        network.fetch(address),
        "proxy",
        named(
          `^Can't reach the proxy http://127\\.0\\.0\\.1:${gone.port} \\(ECONNREFUSED\\)\\. Check HTTPS_PROXY .* 127\\.0\\.0\\.1 to NO_PROXY`,
        ),
      );
    await using nowhere = openNetwork({ proxy: both("http://no..name:3128") });
    await fails(nowhere.fetch("https://api.test"), "proxy", named("^Can't reach the proxy http://no\\.\\.name:3128 \\(\\w+\\)"));
    for (const address of ["socks5://me:secret@127.0.0.1:1080", "http://", "http://me:secret@:80:80"]) {
      await using unusable = openNetwork({ proxy: both(address) });
      await fails(unusable.fetch("https://api.test"), "settings", named("^The proxy.*HTTPS_PROXY"));
    }
  });

  test("when it says nothing: an abort gives the tunnel up, and nothing stays", async () => {
    await using proxy = await loopbackProxy({ refuse: -1 });
    await using network = openNetwork({ proxy: both(proxy.address) });
    const control = new AbortController();
    const asked = assert.rejects(network.fetch("https://api.test", { signal: control.signal }), /enough/);
    while (proxy.asked.length === 0) await settled();
    control.abort(new Error("enough"));
    await asked;
    await proxy.closed();
  });
});

if (!hasOpenssl()) console.warn("openssl isn't installed: proxies are NOT tested with TLS here");
describe.runIf(hasOpenssl())("https: by a proxy", () => {
  let made: Certificates;
  beforeAll(async () => {
    made = await makeCertificates();
  });
  afterAll(() => made[Symbol.asyncDispose]());
  const secureHello = () =>
    serving(
      ({ url, headers, socket }, response) => {
        const { servername, alpnProtocol } = socket instanceof TLSSocket ? socket : assert.fail("not secure");
        response.end(`${url} ${headers["proxy-authorization"]} ${alpnProtocol} ${servername}`);
      },
      { key: made.server.key.pem, cert: made.server.cert.pem },
    );

  test("is a tunnel that it can't look into, made once and kept", async () => {
    await using proxy = await loopbackProxy({ login: LOGIN });
    await using server = await secureHello();
    await using network = openNetwork({ proxy: both(withLogin(proxy.address)), ca: made.authority.file });
    for (let turn = 0; turn < 3; turn++) {
      assert.equal(await (await network.fetch(`https://localhost:${server.port}/a`)).text(), "/a undefined http/1.1 localhost");
      await settled();
    }
    const target = `localhost:${server.port}`;
    assert.deepEqual(proxy.asked, [{ line: `CONNECT ${target}`, login: LOGIN, host: target }]);
    assert.equal(await (await network.fetch(`https://127.0.0.1:${server.port}/b`)).text(), "/b undefined http/1.1 false");
    assert.equal(proxy.asked.length, 2);
  });

  test("and http: too may go by a proxy that itself speaks TLS", async () => {
    const tls = { key: made.server.key.pem, cert: made.server.cert.pem };
    await using proxy = await loopbackProxy({ login: LOGIN, tls });
    await using secure = await secureHello();
    await using plain = await hello();
    await using network = openNetwork({ proxy: both(withLogin(proxy.address)), ca: made.authority.pem });
    assert.equal(await (await network.fetch(`https://127.0.0.1:${secure.port}/a`)).text(), "/a undefined http/1.1 false");
    assert.equal((await network.fetch(`http://127.0.0.1:${plain.port}/`)).status, 200);
    assert.deepEqual(
      proxy.asked.map(({ line, login }) => [line, login]),
      [
        [`CONNECT 127.0.0.1:${secure.port}`, LOGIN],
        [`GET http://127.0.0.1:${plain.port}/`, LOGIN],
      ],
    );
  });

  test("breaks in the middle of an answer, or while it is kept, without harm to anything else", async () => {
    const tls = { key: made.server.key.pem, cert: made.server.cert.pem };
    for (const proxy of [await loopbackProxy(), await loopbackProxy({ tls })]) {
      await using _ = proxy;
      await using server = await serving((request, response) => {
        response.write("a");
        if (request.url === "/whole") response.end();
      }, tls);
      await using network = openNetwork({ proxy: both(proxy.address), ca: made.authority.pem });
      const ask = (path: string) => network.fetch(`https://127.0.0.1:${server.port}${path}`);
      const cut = fails((await ask("/")).text(), "cut", /broke in the middle/);
      proxy.reset();
      await cut;
      for (let turn = 0; turn < 2; turn++) {
        assert.equal(await (await ask("/whole")).text(), "a");
        await settled();
        proxy.reset();
        await settled();
      }
    }
  });

  describe("is waited for", () => {
    const LIMIT = 5_000;
    afterEach(() => vi.useRealTimers());

    test("until its connection stands, then until there is an answer", async () => {
      const tls = { key: made.server.key.pem, cert: made.server.cert.pem };
      const asked = tally();
      await using silent = await serving(asked.up, tls);
      await using plain = await serving(asked.up);
      await using secureProxy = await loopbackProxy({ tls });
      await using proxy = await loopbackProxy();
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      let turns = 0;
      for (const { address } of [proxy, secureProxy])
        for (const target of [`http://127.0.0.1:${plain.port}`, `https://127.0.0.1:${silent.port}`]) {
          const limits = { connect: LIMIT, headers: LIMIT };
          await using network = openNetwork({ proxy: both(address), ca: made.authority.pem, limits });
          const reply = fails(
            network.fetch(target),
            "slow",
            new RegExp(`^127.0.0.1:\\d+ by the proxy ${address} gave no answer within 5 s`),
          );
          await asked.reaches(++turns);
          vi.advanceTimersByTime(LIMIT);
          await reply;
        }
      await using mute = await loopbackProxy({ refuse: -1 });
      const closing = openNetwork({ proxy: both(mute.address) });
      const ended = fails(closing.fetch("https://api.test"), "closed", /closed/);
      while (mute.asked.length === 0) await settled();
      await closing[Symbol.asyncDispose]();
      await ended;
      await mute.closed();
      await using network = openNetwork({ proxy: both(mute.address), limits: { connect: LIMIT } });
      const reply = fails(
        network.fetch("https://api.test"),
        "slow",
        new RegExp(`^No connection to api.test by the proxy ${mute.address} within 5 s`),
      );
      while (mute.asked.length === 1) await settled();
      vi.advanceTimersByTime(LIMIT);
      await reply;
      await mute.closed();
    });
  });

  test("says whose certificate isn't trusted: the proxy's, or the other side's", async () => {
    await using proxy = await loopbackProxy({ tls: { key: made.server.key.pem, cert: made.server.cert.pem } });
    await using server = await secureHello();
    await using untrusting = openNetwork({ proxy: both(proxy.address) });
    await fails(
      untrusting.fetch(`https://127.0.0.1:${server.port}`),
      "certificate",
      new RegExp(`^The certificate of the proxy ${proxy.address} .*SSL_CERT_FILE`),
    );
    await fails(
      untrusting.fetch(`http://127.0.0.1:${server.port}`),
      "certificate",
      new RegExp(`^The certificate of the proxy ${proxy.address} `),
    );
    await using plain = await loopbackProxy();
    await using network = openNetwork({ proxy: both(plain.address) });
    await fails(
      network.fetch(`https://127.0.0.1:${server.port}`),
      "certificate",
      new RegExp(`^The certificate of 127\\.0\\.0\\.1:${server.port} .*SSL_CERT_FILE`),
    );
  });
});
