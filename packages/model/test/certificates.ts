import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";

/** A PEM file, and what is in it. */
export type Pem = { readonly file: string; readonly pem: string };
export type Pair = { readonly cert: Pem; readonly key: Pem };
export type Certificates = AsyncDisposable & {
  readonly authority: Pem;
  /** For localhost and 127.0.0.1. */
  readonly server: Pair;
  readonly expired: Pair;
  readonly elsewhere: Pair;
  readonly client: Pair;
};

const OPENSSL = "openssl"; // of the system
const CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export function hasOpenssl(): boolean {
  try {
    execFileSync(OPENSSL, ["version"]);
    return true;
  } catch {
    return false;
  }
}

/** An authority of the tests' own, and what it signs, in a temporary folder. */
export async function makeCertificates(): Promise<Certificates> {
  const home = await temporaryHome();
  const at = (name: string): string => join(home.path, name);
  const openssl = (...args: readonly string[]): void => void execFileSync(OPENSSL, args, { stdio: "pipe" });
  const read = (name: string): Pem => ({ file: at(name), pem: readFileSync(at(name), "utf8") });
  openssl("req", "-x509", ...CURVE, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-subj", "/CN=Authority of the tests", "-days", "2");
  const sign = (name: string, names: string, days = "2"): Pair => {
    const [key, csr, cert, extensions] = [`${name}.key`, `${name}.csr`, `${name}.pem`, `${name}.ext`].map(at) as [
      string,
      string,
      string,
      string,
    ];
    writeFileSync(extensions, `subjectAltName=${names}\n`);
    openssl("req", "-new", ...CURVE, "-keyout", key, "-out", csr, "-subj", `/CN=${name}`);
    const authority = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial"];
    openssl("x509", "-req", "-in", csr, ...authority, "-days", days, "-extfile", extensions, "-out", cert);
    return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
  };
  return {
    authority: read("ca.pem"),
    server: sign("server", "DNS:localhost,IP:127.0.0.1"),
    expired: sign("expired", "DNS:localhost,IP:127.0.0.1", "-1"),
    elsewhere: sign("elsewhere", "DNS:elsewhere.test"),
    client: sign("client", "DNS:client.test"),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}
