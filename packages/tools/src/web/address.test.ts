import { strict as assert } from "node:assert";
import { describe, test } from "vitest";
import { isLocalName, isPublic } from "./address.ts";

describe("an address is public", () => {
  test.each([
    "1.1.1.1",
    "93.184.215.14",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
  ])("as %s is", (address) => assert.ok(isPublic(address)));

  test.each([
    ["this machine", "127.0.0.1 127.255.255.254 0.0.0.0 ::1 ::"],
    ["private networks", "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 fc00::1 fdff::1 fec0::1"],
    [
      "links, and what clouds tell their machines there",
      "169.254.169.254 169.254.0.1 fe80::1 fd00:ec2::254 100.100.100.200 168.63.129.16 192.0.0.192",
    ],
    ["shared and reserved ones", "100.64.0.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 ff02::1 192.0.2.1 2001:db8::1 100::1"],
    [
      "IPv4 within IPv6",
      "::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe ::127.0.0.1 2002:7f00:1:: 2001:0:7f00:1::",
    ],
    ["one with a zone", "fe80::1%eth0 2606:4700::1111%1"],
    ["none at all", "example.org 1.2.3 1.2.3.4.5 0x7f.1"],
  ])("but not of %s", (_, addresses) => {
    for (const address of addresses.split(" ")) assert.equal(isPublic(address), false, address);
  });
});

test("names without a dot and those of one network are local", () => {
  for (const name of ["intranet", "printer.local", "a.b.internal", "x.home.arpa", "app.localhost"]) assert.ok(isLocalName(name), name);
  for (const name of ["example.org", "local.example.org", "internal.dev"]) assert.ok(!isLocalName(name), name);
});
