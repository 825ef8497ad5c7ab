import assert from "node:assert/strict";
import { test } from "vitest";
import { NETWORK_VARIABLES, networkFromEnv } from "./settings.ts";

const PROXY = "http://me:secret@proxy.test:3128";

test("an empty environment asks for nothing", () => {
  assert.deepEqual(networkFromEnv({}), {});
  assert.deepEqual(networkFromEnv({ HTTPS_PROXY: "", no_proxy: " ", ALL_PROXY: undefined, SSL_CERT_FILE: "" }), {});
});

test("each kind of address has its proxy, and what is set for all stands behind", () => {
  assert.deepEqual(networkFromEnv({ HTTPS_PROXY: PROXY }), { proxy: { https: PROXY } });
  assert.deepEqual(networkFromEnv({ http_proxy: PROXY }), { proxy: { http: PROXY } });
  assert.deepEqual(networkFromEnv({ ALL_PROXY: PROXY, https_proxy: "b" }), { proxy: { http: PROXY, https: "b" } });
});

test("lower case goes before upper case, and an empty one is none", () => {
  assert.deepEqual(networkFromEnv({ https_proxy: "a", HTTPS_PROXY: "b", no_proxy: "c", NO_PROXY: "d", all_proxy: "e", ALL_PROXY: "f" }), {
    proxy: { http: "e", https: "a" },
    noProxy: "c",
  });
  assert.deepEqual(networkFromEnv({ https_proxy: "", HTTPS_PROXY: "b" }), { proxy: { https: "b" } });
});

test("HTTP_PROXY isn't read: under CGI anyone can set it by a header", () => {
  assert.deepEqual(networkFromEnv({ HTTP_PROXY: PROXY }), {});
});

test("certificates are paths, or PEM themselves", () => {
  const env = { SSL_CERT_FILE: "/ca.pem", KEEL_CLIENT_CERT: "/c.pem", KEEL_CLIENT_KEY: "/c.key", KEEL_CLIENT_KEY_PASSPHRASE: "p" };
  const settings = { ca: "/ca.pem", clientCert: "/c.pem", clientKey: "/c.key", clientKeyPassphrase: "p" };
  assert.deepEqual(networkFromEnv(env), settings);
});

test("what is listed is what is read", () => {
  for (const name of Object.keys(NETWORK_VARIABLES)) assert.notDeepEqual(networkFromEnv({ [name]: "x" }), {}, name);
});
