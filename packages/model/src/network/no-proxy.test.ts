import assert from "node:assert/strict";
import { test } from "vitest";
import { goesAround } from "./no-proxy.ts";

/** What stands in NO_PROXY, whom it lets go around the proxy, and whom it doesn't. */
const ROWS: readonly (readonly [noProxy: string, around: readonly string[], through: readonly string[]])[] = [
  ["", [], ["http://localhost", "https://example.com"]],
  ["*", ["http://localhost", "https://example.com", "https://[::1]"], []],
  ["*.com", [], ["https://example.com"]],
  ["ample.com", ["http://ample.com", "http://ample.com:80", "https://www.ample.com"], ["http://www.example.com", "http://ample.com.org"]],
  [".ample.com", ["http://ample.com", "http://www.ample.com"], ["http://example.com"]],
  ["AMPLE.com., other.net", ["http://ample.COM", "http://ample.com.", "http://a.other.net"], ["http://ample.net"]],
  ["a.com b.com\tc.com", ["http://a.com", "http://b.com", "http://c.com"], ["http://d.com"]],
  [",, ,.", [], ["http://example.com"]],
  ["localhost", ["http://localhost:8080", "http://api.localhost"], ["http://127.0.0.1", "http://localhost.com"]],
  ["127.0.0.1", ["http://127.0.0.1", "http://127.0.0.1:9"], ["http://127.0.0.10", "http://1.127.0.0.1.com"]],
  [
    "192.168.0.0/16,10.1.2.3/32",
    ["http://192.168.255.1", "http://10.1.2.3"],
    ["http://192.169.0.1", "http://10.1.2.4", "http://192.168.com"],
  ],
  ["10.0.0.0/33,10.0.0.0/x,10.0.0.0/", [], ["http://10.0.0.0", "http://10.0.0.1"]],
  ["0.0.0.0/0", ["http://1.2.3.4"], ["http://[::1]", "http://example.com"]],
  ["::1,[fd00::]/8", ["http://[::1]", "https://[0:0:0:0:0:0:0:1]:8443"], ["http://[::2]"]],
  ["[::1]:80,fd00::/8", ["http://[::1]", "http://[fd12::1]:99"], ["https://[::1]", "http://[fe00::1]"]],
  ["example.com:8080", ["http://example.com:8080", "https://www.example.com:8080"], ["http://example.com", "https://example.com"]],
  ["example.com:443,127.0.0.1:80", ["https://example.com", "http://127.0.0.1"], ["http://example.com", "https://127.0.0.1"]],
];

test.each(ROWS)("NO_PROXY=%s", (noProxy, around, through) => {
  const fits = goesAround(noProxy);
  for (const address of around) assert.equal(fits(new URL(address)), true, address);
  for (const address of through) assert.equal(fits(new URL(address)), false, address);
});
