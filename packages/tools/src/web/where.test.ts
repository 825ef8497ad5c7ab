import { strict as assert } from "node:assert";
import { describe, test } from "vitest";
import { openSite, pages, PUBLIC, redirect } from "../../test/site.ts";
import { openWorld, type Answer } from "../../test/world.ts";
import type { Web } from "./ports.ts";

const ask = async (web: Web, url: string): Promise<Answer> => {
  await using world = await openWorld({ web });
  return await world.call("WebFetch", { url, prompt: "What does it say?" });
};
const hello = pages({ "/": "hello" });

describe("a private address is refused", () => {
  test.each([
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.1.2.3:8080/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://app.localhost:3000/",
  ])("%s, before anyone is asked for permission", async (url) => {
    await using site = await openSite(hello);
    const { text, isError } = await ask(site.web, url);
    assert.ok(isError);
    assert.match(text, /unless a rule names it/);
    assert.deepEqual([site.asked, site.resolved], [[], []]);
  });

  test.each<[string, readonly string[]]>([
    ["leads here", ["127.0.0.1"]],
    ["leads to the metadata of a cloud", ["169.254.169.254"]],
    ["leads outside and inside", [PUBLIC, "10.0.0.1"]],
    ["leads inside by IPv6", ["fd00:ec2::254"]],
    ["leads to what is no address", ["inside.example"]],
  ])("when a name of the open web %s", async (_, addresses) => {
    await using site = await openSite(hello, { addresses: () => addresses });
    const { text, isError } = await ask(site.web, "https://rebound.example/");
    assert.ok(isError);
    assert.match(text, /WebFetch\(domain:rebound\.example\)/);
    assert.deepEqual(site.asked, []);
  });

  test("unless a rule names that very host", async () => {
    await using site = await openSite(hello, {
      addresses: () => ["127.0.0.1"],
      allowPrivate: (host) => host === "app.internal" || host === "localhost",
    });
    assert.match((await ask(site.web, "http://app.internal/")).text, /hello/);
    assert.match((await ask(site.web, "http://localhost:3000/")).text, /hello/);
    assert.ok((await ask(site.web, "http://other.internal/")).isError);
    assert.deepEqual(
      site.asked.map(({ addresses }) => addresses),
      [["127.0.0.1"], ["127.0.0.1"]],
    );
  });
});

test("a name is resolved once, and every connection is held to what it was then", async () => {
  let times = 0;
  const turning = (): readonly string[] => (times++ === 0 ? [PUBLIC, "2606:4700::1111"] : ["127.0.0.1"]);
  await using site = await openSite(pages({ "/": redirect("/b"), "/b": "hello" }), { addresses: turning });
  assert.match((await ask(site.web, "http://a.example/")).text, /hello/);
  assert.deepEqual(site.resolved, ["a.example"]);
  assert.deepEqual(
    site.asked.map(({ path, addresses }) => [path, addresses]),
    [
      ["/", [PUBLIC, "2606:4700::1111"]],
      ["/b", [PUBLIC, "2606:4700::1111"]],
    ],
  );
});

test("a name that means nothing is told of", async () => {
  await using site = await openSite(hello, { resolve: () => Promise.reject(new Error("ENOTFOUND")) });
  assert.match((await ask(site.web, "http://none.example/")).text, /No address is known for none\.example/);
});

test("the system resolves where nobody else does, and finds this machine by its name", async () => {
  await using site = await openSite(hello);
  const { resolve: _, ...web } = site.web;
  assert.match((await ask({ ...web, allowPrivate: () => true }, "http://localhost/")).text, /hello/);
  const [asked] = site.asked;
  assert.ok(asked?.addresses?.every((address) => address === "127.0.0.1" || address === "::1"));
});

describe("behind a proxy", () => {
  const proxied = (): boolean => true;

  test("names are the proxy's to resolve", async () => {
    await using site = await openSite(hello, { proxied });
    assert.match((await ask(site.web, "http://a.example/")).text, /hello/);
    assert.deepEqual([site.resolved, site.asked[0]?.addresses], [[], undefined]);
  });

  test.each(["http://intranet/", "http://printer.local/", "http://metadata.google.internal/", "http://192.168.0.1/"])(
    "%s is refused all the same",
    async (url) => {
      await using site = await openSite(hello, { proxied });
      assert.ok((await ask(site.web, url)).isError);
      assert.deepEqual(site.asked, []);
    },
  );
});

describe("a redirect", () => {
  test("within the host is followed, also by a path and up to https", async () => {
    const all = pages({ "/": redirect("b/c", 301), "/b/c": redirect("https://a.example/d", 308), "/d": "hello" });
    await using site = await openSite(all);
    assert.match((await ask(site.web, "http://a.example/")).text, /hello/);
    assert.deepEqual(
      site.asked.map(({ path }) => path),
      ["/", "/b/c", "/d"],
    );
  });

  test.each([
    ["another host", "http://b.example/x?y", "http://b.example/x?y"],
    ["a host below", "http://www.a.example/", "http://www.a.example/"],
    ["another port", "http://a.example:8080/", "http://a.example:8080/"],
    ["this machine", "http://127.0.0.1/", "http://127.0.0.1/"],
    ["a host without a scheme", "//b.example", "http://b.example/"],
    ["a host with a login", "http://u:p@a.example/", "http://a.example/"],
  ])("to %s isn't followed but named, so that it is judged as a call of its own", async (_, to, named) => {
    await using site = await openSite(pages({ "/": redirect(to) }));
    const { text, isError, output } = await ask(site.web, "http://a.example/");
    assert.equal(isError, false);
    assert.ok(text.includes(`\n${named}\n`), text);
    assert.doesNotMatch(text, /instructions|u:p/);
    assert.deepEqual(output.data, { redirect: named });
    assert.equal(site.asked.length, 1);
  });

  test("down from https isn't followed", async () => {
    await using site = await openSite(pages({ "/": redirect("http://a.example/b"), "/b": "hello" }));
    assert.deepEqual((await ask(site.web, "https://a.example/")).output.data, { redirect: "http://a.example/b" });
  });

  test.each([
    ["to what is no page of the web", { location: "file:///etc/passwd" }],
    ["to nowhere", { location: "http://[" }],
    ["without saying where to", {}],
  ])("%s is told of", async (_, headers) => {
    await using site = await openSite((_asked, response) => void response.writeHead(302, headers).end());
    assert.ok((await ask(site.web, "http://a.example/")).isError);
  });
});
