import { strict as assert } from "node:assert";
import { describe, test } from "vitest";
import { mayReach, standingOf, type Standing } from "./hosts.ts";

describe("a host by its name", () => {
  const allowed = ["example.org", "*.example.com", "10.0.0.1", "[::1]", "Upper.Example.net."];
  const denied = ["secret.example.com", "*.evil.example.com"];
  test.each<[string, Standing]>([
    ["example.org", "named"],
    ["EXAMPLE.org.", "named"],
    ["upper.example.NET", "named"],
    ["a.example.org", "denied"],
    ["example.org.evil.net", "denied"],
    ["notexample.org", "denied"],
    ["a.example.com", "fits"],
    ["a.b.example.com", "fits"],
    ["example.com", "denied"],
    ["notexample.com", "denied"],
    ["secret.example.com", "denied"],
    ["a.secret.example.com", "fits"],
    ["a.evil.example.com", "denied"],
    ["10.0.0.1", "named"],
    ["10.0.0.2", "denied"],
    ["::1", "named"],
    ["", "denied"],
  ])("%s is %s", (host, standing) => {
    assert.equal(standingOf(host, { allowed, denied }), standing);
  });

  test("any name fits a star, an address must be named", () => {
    const any = { allowed: ["*"], denied: [] };
    assert.deepEqual(
      ["example.org", "localhost", "8.8.8.8", "::1"].map((host) => standingOf(host, any)),
      ["fits", "fits", "denied", "denied"],
    );
  });

  test("a denied star denies what is named, too", () => {
    assert.equal(standingOf("example.org", { allowed: ["example.org"], denied: ["*"] }), "denied");
  });
});

describe("the address behind a name", () => {
  test.each<[string, boolean]>([
    ["93.184.215.14", true],
    ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", true],
    ...["10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fc00::1", "fd12::1"].map((one): [string, boolean] => [
      one,
      false,
    ]),
    ...["127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "::1", "::", "fe80::1", "fd00:ec2::254"].map((one): [string, boolean] => [
      one,
      false,
    ]),
    ...["::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "255.255.255.255"].map(
      (one): [string, boolean] => [one, false],
    ),
    ["no address", false],
  ])("%s may be reached by a name that fits a pattern: %s", (address, may) => {
    assert.equal(mayReach(address, "a.example.com", "fits"), may);
    assert.equal(mayReach(address, "a.example.com", "denied"), false);
  });

  test("may be in a network of one's own when a rule is the very name", () => {
    for (const address of ["10.1.2.3", "192.168.1.1", "fd12::1"]) assert.ok(mayReach(address, "intranet.example", "named"), address);
  });

  test("may be this machine, or the metadata of a cloud, only when a rule is that address, or localhost", () => {
    for (const address of ["127.0.0.1", "::1", "169.254.169.254"]) {
      assert.equal(mayReach(address, "intranet.example", "named"), false, address);
      assert.equal(mayReach(address, address, "named"), true, address);
    }
    assert.equal(mayReach("127.0.0.1", "localhost", "named"), true);
    assert.equal(mayReach("127.0.0.1", "localhost", "fits"), false);
  });
});
